import { scaleBar } from "@flashdeconv/maps";
import type { MapDrawing } from "../draw/index.js";
import { h } from "./h.js";

type Point = readonly [x: number, y: number];

/**
 * What lies over the canvas: scale bar, cross-hair, the path of a selection, the words at the pointer. It is told of each frame of a movement,
 * and leaves alone what stays: a browser draws again what was set, and blends what is empty.
 */
export class Overlay {
  readonly bar = h("div", { class: "fd-bar", "aria-hidden": "true", hidden: true });
  readonly cross = h("div", { class: "fd-cross", "aria-hidden": "true" });
  readonly tip = h("div", { class: "fd-tip", "aria-hidden": "true", hidden: true });
  readonly outline = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly #path = document.createElementNS("http://www.w3.org/2000/svg", "path");

  constructor() {
    this.outline.setAttribute("class", "fd-outline");
    this.outline.setAttribute("aria-hidden", "true");
    this.outline.setAttribute("hidden", "");
    this.outline.append(this.#path);
  }

  /** Draws a bar of a round length; nothing where micrometres are not known. */
  showBar({ view }: MapDrawing, width: number, micrometersPerUnit: number | undefined): void {
    const bar = scaleBar({ width, scale: 1 / view.unitsPerPixel }, micrometersPerUnit);
    this.bar.hidden = bar === undefined;
    if (bar === undefined) return;
    if (this.bar.textContent !== bar.label) this.bar.textContent = bar.label;
    this.bar.style.width = `${bar.length}px`;
  }

  /** Draws a closed path of pixels; none without. */
  showPath(path: readonly Point[] | undefined): void {
    const round = (value: number) => Math.round(10 * value) / 10;
    const text = path?.map(([x, y], i) => `${i === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
    this.outline.toggleAttribute("hidden", !text);
    if (text) this.#path.setAttribute("d", `${text}Z`);
  }

  showTip(content: readonly Node[] | undefined, [x, y]: Point = [0, 0]): void {
    this.tip.hidden = content === undefined;
    if (content === undefined) return;
    this.tip.replaceChildren(...content);
    const { clientWidth: width, clientHeight: height } = this.tip.parentElement ?? this.tip;
    const [wide, high] = [this.tip.offsetWidth, this.tip.offsetHeight];
    const left = x + 14 + wide > width ? x - 14 - wide : x + 14;
    this.tip.style.left = `${Math.max(0, Math.min(left, width - wide))}px`;
    this.tip.style.top = `${Math.max(0, Math.min(y + 14, height - high))}px`;
  }
}
