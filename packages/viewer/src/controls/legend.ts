import { percent } from "@flashdeconv/core/internal";
import { button, h, swatch, typeLabel, uniqueId } from "./h.js";

export interface Entry {
  readonly name: string;
  readonly color: string;
  /** Share of spots, where it is known. */
  readonly share: number | undefined;
  readonly isPressed: boolean;
}

export interface LegendOptions {
  /** What a click does, for those who hear it. */
  readonly label: string;
  readonly isByName: boolean;
  /** @param place of the entry */
  onPick(place: number): void;
  onOrder(isByName: boolean): void;
}

/** A list of buttons, each with colour, name and share. */
export class Legend {
  readonly element = h("section", { class: "fd-legend" });
  readonly #list = h("ul");
  readonly #title = h("h2", { id: uniqueId("legend") });
  readonly #order: HTMLButtonElement;
  #options: LegendOptions | undefined;

  constructor() {
    this.#order = button("", () => this.#options?.onOrder(!this.#options.isByName), { class: "fd-quiet" });
    this.element.setAttribute("aria-labelledby", this.#title.id);
    this.element.append(h("div", { class: "fd-row" }, this.#title, this.#order), this.#list);
  }

  show(entries: readonly Entry[], options: LegendOptions): void {
    this.#options = options;
    this.#title.textContent = options.label;
    this.#order.textContent = options.isByName ? "by name" : "by abundance";
    this.#order.setAttribute("aria-label", `Ordered ${this.#order.textContent}; change the order`);
    const places = [...entries.keys()].sort((a, b) =>
      options.isByName
        ? entries[a].name.localeCompare(entries[b].name)
        : (entries[b].share ?? 0) - (entries[a].share ?? 0) || a - b,
    );
    // A button that had the focus keeps it.
    const held = this.#list.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.place
      : undefined;
    this.#list.replaceChildren(...places.map((place) => h("li", {}, this.#button(entries[place], place))));
    if (held !== undefined) this.#list.querySelector<HTMLElement>(`[data-place="${held}"]`)?.focus();
  }

  #button({ name, color, share, isPressed }: Entry, place: number): HTMLElement {
    const share0 = share === undefined ? undefined : h("span", { class: "fd-share" }, percent(share));
    return h(
      "button",
      {
        type: "button",
        "aria-pressed": `${isPressed}`,
        "data-place": place,
        on: { click: () => this.#options?.onPick(place) },
      },
      swatch(color),
      h("span", { class: "fd-name" }, typeLabel(name)),
      share0,
    );
  }
}
