import { amountColors } from "@flashdeconv/maps";
import { h } from "./h.js";
import { number } from "./words.js";

export interface AmountScaleOptions {
  readonly limits: readonly [low: number, high: number];
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

/** The colours of amounts, what their ends stand for, and how one changes it. */
export class AmountScale {
  readonly element: HTMLElement;
  readonly #low: HTMLInputElement;
  readonly #high: HTMLInputElement;
  readonly #root: HTMLInputElement;
  readonly #usual: HTMLButtonElement;
  readonly #units = [h("span"), h("span")];
  #factor = 1;

  constructor({ onLimits, onRoot }: AmountScaleEvents) {
    const change = () => {
      const [low, high] = [this.#low, this.#high].map((input) => input.valueAsNumber / this.#factor);
      const isUsable = Number.isFinite(low) && high > low;
      this.#high.setCustomValidity(isUsable ? "" : "The upper end must lie above the lower one.");
      if (isUsable) onLimits([low, high]);
      else this.#high.reportValidity();
    };
    const input = () => h("input", { type: "number", step: "any", on: { change } });
    [this.#low, this.#high] = [input(), input()];
    this.#root = h("input", { type: "checkbox", on: { change: () => onRoot(this.#root.checked) } });
    this.#usual = h(
      "button",
      { type: "button", class: "fd-quiet", on: { click: () => onLimits(undefined) } },
      "up to the 99th percentile",
    );
    this.element = h(
      "fieldset",
      { class: "fd-scale" },
      h("legend", {}, "Colours"),
      ramp(),
      h(
        "div",
        { class: "fd-row" },
        h("label", {}, "from ", this.#low, this.#units[0]),
        h("label", {}, "to ", this.#high, this.#units[1]),
      ),
      h("div", { class: "fd-row" }, h("label", {}, this.#root, " square-root scale"), this.#usual),
    );
  }

  show({ limits, isShare, isRoot, isUsual }: AmountScaleOptions): void {
    this.#factor = isShare ? 100 : 1;
    [this.#low, this.#high].forEach((input, i) => {
      input.value = number(limits[i] * this.#factor).replaceAll(",", "");
      this.#units[i].textContent = isShare ? " %" : "";
    });
    this.#root.checked = isRoot;
    this.#usual.hidden = isUsual;
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
