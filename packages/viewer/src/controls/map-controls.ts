import type { Choice } from "./choices.js";
import { h } from "./h.js";

export interface MapControlsEvents {
  onMap(id: string): void;
  onType(type: number): void;
  onOpacity(opacity: number): void;
  onKey(key: string): void;
}

export interface MapControlsOptions {
  readonly choices: readonly Choice[];
  readonly typeNames: readonly string[];
  readonly key: string;
  readonly keys: readonly string[];
}

/** Which map is shown, and of which type. */
export class MapControls {
  readonly element: HTMLElement;
  readonly #map: HTMLSelectElement;
  readonly #type: HTMLSelectElement;
  readonly #typeLabel: HTMLElement;
  readonly #opacity: HTMLInputElement;
  readonly #opacityLabel: HTMLElement;

  constructor({ choices, typeNames, key, keys }: MapControlsOptions, events: MapControlsEvents) {
    const option = (value: string, label: string, isChosen = false) =>
      h("option", { value, selected: isChosen }, label);
    this.#map = h(
      "select",
      { on: { change: () => events.onMap(this.#map.value) } },
      ...choices.map(({ id, label }) => option(id, label)),
    );
    this.#type = h(
      "select",
      { on: { change: () => events.onType(Number(this.#type.value)) } },
      ...typeNames.map((name, i) => option(`${i}`, name)),
    );
    this.#typeLabel = h("label", {}, "Type", this.#type);
    this.#opacity = h("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.05,
      on: { input: () => events.onOpacity(this.#opacity.valueAsNumber) },
    });
    this.#opacityLabel = h("label", { hidden: true }, "Opacity of spots over the image", this.#opacity);
    const result = h(
      "select",
      { on: { change: () => events.onKey(result.value) } },
      ...keys.map((one) => option(one, one, one === key)),
    );
    this.element = h(
      "div",
      { class: "fd-controls" },
      keys.length > 1 ? h("label", {}, "Result", result) : undefined,
      h("label", {}, "Map", this.#map),
      this.#typeLabel,
      this.#opacityLabel,
    );
  }

  show(choice: Choice, type: number | undefined, opacity: number): void {
    this.#map.value = choice.id;
    this.#typeLabel.hidden = choice.types !== "one";
    if (type !== undefined) this.#type.value = `${type}`;
    this.#opacity.value = `${opacity}`;
  }

  /** There is an image beneath the spots. */
  showOpacity(): void {
    this.#opacityLabel.hidden = false;
  }
}
