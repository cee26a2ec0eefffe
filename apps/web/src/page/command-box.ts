import { h } from "./h.js";
import type { Live } from "./live.js";

/** A command line, to be copied. */
export function commandBox(title: string, command: string, live: Live): HTMLElement {
  const text = h("pre", { tabindex: "0", "aria-label": title }, command);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      live.say("Copied");
    } catch {
      // Without leave to copy it is selected, so that a key does it.
      getSelection()?.selectAllChildren(text);
      live.say("Selected: copy it with Ctrl+C");
    }
  };
  return h(
    "details",
    { class: "command" },
    h("summary", {}, title),
    h("div", {}, text, h("button", { type: "button", onclick: copy }, "Copy")),
  );
}
