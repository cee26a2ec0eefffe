import { printableName } from "@flashdeconv/core/internal";

/** What an element is made with: attributes, and listeners by the names of their events. A value of undefined or false is left out. */
export interface Props {
  readonly class?: string;
  readonly on?: Readonly<Record<string, (event: never) => void>>;
  readonly [attribute: string]: unknown;
}

export type Child = Node | string | undefined;

/** Makes an element. Texts become text nodes, whatever they hold: nothing of them is read as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { on = {}, ...attributes }: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, listener] of Object.entries(on))
    element.addEventListener(name, listener as EventListener);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A name that others gave, which may be written in any direction. */
export function named(text: string): HTMLElement {
  return h("bdi", {}, text);
}

/** The longest name of a type that is shown whole. */
const LONGEST_TYPE = 80;

/** The name of a type: what does not show in it by its code, what is too long without its end, which it tells who points at it. */
export function typeLabel(name: string): HTMLElement {
  const shown = printableName(name, LONGEST_TYPE);
  const title = shown === name ? undefined : printableName(name);
  return h("bdi", { title }, name.trim() === "" ? `"${shown}"` : shown);
}

/** A small square of a colour, with a border as some colours are those of the page. */
export function swatch(color: string): HTMLElement {
  const square = h("span", { class: "fd-swatch", "aria-hidden": "true" });
  // Not as an attribute, which pages may forbid.
  square.style.backgroundColor = color;
  return square;
}

/** A button that says what it does. */
export function button(label: string, onClick: () => void, props: Props = {}): HTMLButtonElement {
  return h("button", { type: "button", ...props, on: { click: onClick } }, label);
}

let idCount = 0;

/** An id that nothing else on the page has. */
export function uniqueId(what: string): string {
  return `fd-${what}-${++idCount}`;
}
