import { count, counted, percent } from "@flashdeconv/core/internal";
import type { Result } from "../read/result.js";
import { type Summary, summarise } from "../read/selection.js";
import { csvOf, download } from "./csv.js";
import { button, h, swatch, typeLabel, uniqueId } from "./h.js";
import { failureText, isAbort } from "./words.js";

export interface SelectionEvents {
  onClear(): void;
  onSay(text: string): void;
}

/** What the selected spots hold together, and their barcodes to take along. */
export class SelectionPanel {
  readonly #title = h("h2", { id: uniqueId("selection") }, "Selection");
  readonly element = h("section", { class: "fd-selection", "aria-labelledby": this.#title.id, hidden: true });
  readonly #result: Result;
  readonly #events: SelectionEvents;
  #work = new AbortController();

  constructor(result: Result, events: SelectionEvents) {
    this.#result = result;
    this.#events = events;
  }

  clear(): void {
    this.#work.abort();
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** @param find gives the spots, in rising order */
  async show(find: (signal: AbortSignal) => Promise<Uint32Array>): Promise<void> {
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    const title = this.#title;
    const state = h("p", {}, "Reading what is selected …");
    const clear = button("Clear", () => this.#events.onClear());
    this.element.replaceChildren(title, state, clear);
    this.element.hidden = false;
    try {
      const spots = await find(signal);
      if (spots.length === 0) {
        state.textContent = "No spot lies there.";
        this.#events.onSay("No spot selected.");
        return;
      }
      const onProgress = (share: number) => {
        state.textContent = `Reading ${counted(spots.length, "spot")}: ${percent(share)}`;
      };
      const summary = await summarise(this.#result, spots, { signal, onProgress });
      signal.throwIfAborted();
      const csv = button("CSV of barcodes", () => void this.#save(spots, state));
      const tools = h("div", { class: "fd-row" }, csv, clear);
      this.element.replaceChildren(title, ...factsOf(summary), this.#table(summary), tools, state);
      state.textContent = "";
      this.#events.onSay(`${counted(spots.length, "spot")} selected; the panel tells of them.`);
    } catch (error) {
      if (isAbort(error)) return;
      state.textContent = failureText(error);
      this.element.replaceChildren(
        title,
        state,
        button("Try again", () => void this.show(find)),
        clear,
      );
    }
  }

  #table({ means }: Summary): HTMLElement {
    const { typeNames } = this.#result.layout;
    const order = [...means.keys()].sort((a, b) => means[b] - means[a]);
    const rows = order.map((type) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, swatch(this.#result.colors[type]), " ", typeLabel(typeNames[type])),
        h("td", {}, percent(means[type])),
      ),
    );
    const caption = "Mean composition";
    return h(
      "div",
      { class: "fd-scroll", tabindex: 0, role: "region", "aria-label": caption },
      h(
        "table",
        {},
        h("caption", {}, caption),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "type"), h("th", { scope: "col" }, "share"))),
        h("tbody", {}, ...rows),
      ),
    );
  }

  async #save(spots: Uint32Array, state: HTMLElement): Promise<void> {
    state.textContent = "Reading barcodes …";
    try {
      const names = await this.#result.values.spotNames(spots, this.#work.signal);
      download(`${this.#result.key}-barcodes.csv`, csvOf("barcode", names));
      state.textContent = `${counted(names.length, "barcode")} saved.`;
      this.#events.onSay(state.textContent);
    } catch (error) {
      if (!isAbort(error)) state.textContent = `${failureText(error)} Press the button to try again.`;
    }
  }
}

function factsOf({ spotCount, answered, counts }: Summary): HTMLElement[] {
  const missing = spotCount - answered;
  const rest = missing === 0 ? "" : `, ${count(missing)} of them without an answer`;
  const texts = [`${counted(spotCount, "spot")}${rest}.`];
  if (counts) texts.push(`${count(counts.sum)} counts, a median of ${count(counts.median)} a spot.`);
  return texts.map((text) => h("p", {}, text));
}
