import type { Facts } from "../read/facts.js";
import type { Result, Shares } from "../read/result.js";
import { bannerOf } from "./banner.js";
import { type Choice, greyInWords } from "./choices.js";
import { h } from "./h.js";

/** What is said of a result around its map: what to know before it is believed, how it was made, and of the picture of the tissue. */
export class Told {
  readonly banner = h("div");
  readonly caption = h("p", { class: "fd-caption" });
  readonly imageNote = h("p", { class: "fd-caption", hidden: true });
  #facts: Facts | undefined;
  #shares: Shares | undefined;

  get facts(): Facts | undefined {
    return this.#facts;
  }

  get shares(): Shares | undefined {
    return this.#shares;
  }

  /** Reads the result's facts, then the shares of its types, and calls back after each. */
  async read(result: Result, onRead: () => void, signal: AbortSignal): Promise<void> {
    this.#facts = await result.facts(signal);
    this.#showBanner(this.#facts);
    onRead();
    this.#shares = await result.shares(signal);
    this.#showBanner(this.#facts);
    onRead();
  }

  showCaption(choice: Choice, isOnly: boolean): void {
    if (this.#facts === undefined) return;
    const { isOfCells, version, method } = this.#facts;
    const made = [method && `method ${method}`, version && `flashdeconv ${version}`].filter((one) => one);
    const texts = [
      `Shares of ${isOfCells ? "cells" : "RNA"}; y grows downward, as in images.`,
      greyInWords(choice, isOnly),
      made.length > 0 && `Made with ${made.join(", ")}.`,
    ];
    this.caption.textContent = texts.filter(Boolean).join(" ");
  }

  showImageNote(text: string): void {
    this.imageNote.textContent = text;
    this.imageNote.hidden = false;
  }

  #showBanner(facts: Facts): void {
    this.banner.replaceChildren(...[bannerOf(facts, this.#shares)].filter((one) => one !== undefined));
  }
}
