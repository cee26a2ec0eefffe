import { shortNumber } from "@flashdeconv/core/internal";
import { amountColors } from "@flashdeconv/maps";
import { button, h } from "./h.js";

export interface AmountScaleOptions {
  readonly limits: readonly [low: number, high: number];
  /** The least and the largest amount there can be. */
  readonly range: readonly [least: number, most: number];
  /** Shown as percent. */
  readonly isShare: boolean;
  readonly isRoot: boolean;
  /** Whether the limits are the usual ones. */
  readonly isUsual: boolean;
}

export interface AmountScaleEvents {
  /** Undefined for the usual ones. */
  onLimits(limits: readonly [low: number, high: number] | undefined): void;
  onRoot(isRoot: boolean): void;
}

const ENDS = ["Lower end of the colours", "Upper end of the colours"];
/** Steps of a slider from end to end. */
const STEPS = 200;

/** The colours of amounts, what their ends stand for, and how one changes it. */
export class AmountScale {
  readonly element: HTMLElement;
  /** Of the lower and the upper end: its number and its slider. */
  readonly #numbers: readonly HTMLInputElement[];
  readonly #sliders: readonly HTMLInputElement[];
  readonly #root: HTMLInputElement;
  readonly #usual: HTMLButtonElement;
  readonly #all: HTMLButtonElement;
  readonly #units = [h("span"), h("span")];
  #limits: AmountScaleOptions["limits"] = [0, 1];
  #range: AmountScaleOptions["range"] = [0, 1];
  #factor = 1;

  constructor({ onLimits, onRoot }: AmountScaleEvents) {
    const change = () => {
      const [low, high] = this.#numbers.map((input) => input.valueAsNumber / this.#factor);
      const isUsable = Number.isFinite(low) && high > low;
      const upper = this.#numbers[1];
      upper.setCustomValidity(isUsable ? "" : "The upper end must lie above the lower one.");
      if (isUsable) onLimits([low, high]);
      else upper.reportValidity();
    };
    const slide = (end: number) => {
      const limits: [number, number] = [...this.#limits];
      const value = this.#sliders[end].valueAsNumber;
      // Ends do not pass each other.
      const least = (this.#range[1] - this.#range[0]) / STEPS;
      limits[end] = end === 0 ? Math.min(value, limits[1] - least) : Math.max(value, limits[0] + least);
      onLimits(limits);
    };
    this.#numbers = ENDS.map(() => h("input", { type: "number", step: "any", on: { change } }));
    this.#sliders = ENDS.map((name, end) =>
      h("input", { type: "range", "aria-label": name, on: { input: () => slide(end) } }),
    );
    this.#root = h("input", { type: "checkbox", on: { change: () => onRoot(this.#root.checked) } });
    const quiet = { class: "fd-quiet" };
    this.#usual = button("up to the 99th percentile", () => onLimits(undefined), quiet);
    this.#all = button("all", () => onLimits(this.#range), {
      ...quiet,
      title: "From the least to the largest",
    });
    this.element = h(
      "fieldset",
      { class: "fd-scale" },
      h("legend", {}, "Colours"),
      ramp(),
      h(
        "div",
        { class: "fd-row" },
        h("label", {}, "from ", this.#numbers[0], this.#units[0]),
        h("label", {}, "to ", this.#numbers[1], this.#units[1]),
      ),
      ...this.#sliders,
      h("div", { class: "fd-row" }, h("label", {}, this.#root, " square-root scale"), this.#usual, this.#all),
    );
  }

  show({ limits, range, isShare, isRoot, isUsual }: AmountScaleOptions): void {
    [this.#limits, this.#range] = [limits, range];
    this.#factor = isShare ? 100 : 1;
    const unit = isShare ? " %" : "";
    const [min, max] = range;
    limits.forEach((limit, end) => {
      const text = shortNumber(limit * this.#factor).replaceAll(",", "");
      this.#numbers[end].value = text;
      this.#units[end].textContent = unit;
      const slider = this.#sliders[end];
      // Its ends before its value, which lies between them.
      Object.assign(slider, { min, max, step: (max - min) / STEPS });
      slider.valueAsNumber = limit;
      slider.ariaValueText = text + unit;
    });
    this.#root.checked = isRoot;
    this.#usual.hidden = isUsual;
    this.#all.hidden = limits[0] === min && limits[1] === max;
  }
}

/** The colours from low to high. */
function ramp(): HTMLElement {
  const canvas = h("canvas", { class: "fd-ramp", width: 256, height: 1, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const colors = amountColors(256);
  const image = context?.createImageData(256, 1);
  if (context && image) {
    for (let i = 0; i < 256; i++) image.data.set([...colors.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    context.putImageData(image, 0, 0);
  }
  return canvas;
}
