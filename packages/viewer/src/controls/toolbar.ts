import { button, h } from "./h.js";
import type { Tool } from "./stage.js";

export interface ToolbarEvents {
  onZoom(factor: number): void;
  onWhole(): void;
  onTool(tool: Tool): void;
  onMiddle(): void;
  onPicture(): void;
}

const NEARER = 1.5;
const TOOLS: readonly (readonly [Tool, label: string])[] = [
  ["move", "Move"],
  ["rectangle", "Rectangle"],
  ["lasso", "Lasso"],
];

/** What one does with the map, as buttons. */
export function toolbar(events: ToolbarEvents): HTMLElement {
  const tools = TOOLS.map(([tool, label]) =>
    button(label, () => choose(tool), { "aria-pressed": `${tool === "move"}` }),
  );
  const choose = (chosen: Tool) => {
    TOOLS.forEach(([tool], i) => {
      tools[i].setAttribute("aria-pressed", `${tool === chosen}`);
    });
    events.onTool(chosen);
  };
  const group = (label: string, ...children: HTMLElement[]) =>
    h("div", { class: "fd-group", role: "group", "aria-label": label }, ...children);
  return h(
    "div",
    { class: "fd-tools" },
    group(
      "Zoom",
      button("+", () => events.onZoom(NEARER), { "aria-label": "Zoom in" }),
      button("−", () => events.onZoom(1 / NEARER), { "aria-label": "Zoom out" }),
      button("Whole", events.onWhole, { title: "Show all of the section" }),
    ),
    group("What a drag does", ...tools),
    button("Select the middle", events.onMiddle, {
      title: "Select a rectangle about the middle of the map",
    }),
    button("Save picture", events.onPicture),
  );
}
