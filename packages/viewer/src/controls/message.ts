import { button, h } from "./h.js";
import { failureText } from "./words.js";

/** Reading that takes less is not told of, in milliseconds. */
const QUIET = 300;

/** What is going on over the map: reading, or what went wrong, with a way to try again. */
export class Message {
  readonly element = h("div", { class: "fd-message", role: "alert", hidden: true });
  #timer = 0;

  reading(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#show("Reading …"), QUIET);
  }

  failed(error: unknown, retry: () => void): void {
    this.#show(failureText(error), button("Try again", retry));
  }

  say(text: string): void {
    this.#show(text);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  #show(text: string, ...more: Node[]): void {
    clearTimeout(this.#timer);
    this.element.hidden = false;
    this.element.replaceChildren(h("p", {}, text), ...more);
  }
}
