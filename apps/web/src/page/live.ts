import { h } from "./h.js";

/** Tells screen readers what changes; the one place of the page that does. */
export interface Live {
  readonly element: HTMLElement;
  say(text: string): void;
}

export function createLive(): Live {
  const element = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  return {
    element,
    say(text) {
      // The same words again are told again only if they change.
      element.textContent = element.textContent === text ? `${text} ` : text;
    },
  };
}
