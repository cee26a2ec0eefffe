import { fill, h } from "./h.js";

/** Something to choose of a section or reference. */
export interface ChoiceField {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** What there is; without it a text is typed. */
  readonly values?: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
}

export interface ChoiceForm {
  readonly element: HTMLElement;
  /** `isNeeded`: nothing can go on before something is chosen, so that they are not folded away. */
  show(fields: readonly ChoiceField[], isNeeded?: boolean): void;
}

/** Fields that say what of an input is meant. `onChoose` gets all of them after each change; an empty text stands for no choice. */
export function createChoiceForm(
  prefix: string,
  title: string,
  onChoose: (choices: Record<string, string>) => void,
): ChoiceForm {
  const body = h("div", { class: "fields" });
  const details = h("details", { class: "choices", hidden: true }, h("summary", {}, title), body);
  let inputs: (HTMLSelectElement | HTMLInputElement)[] = [];
  let shown = "";
  const choose = () => onChoose(Object.fromEntries(inputs.map(({ name, value }) => [name, value.trim()])));
  return {
    element: details,
    show(fields, isNeeded = false) {
      details.hidden = fields.length === 0;
      if (isNeeded) details.open = true;
      // Whoever is in a field stays there while nothing about it changed.
      const now = JSON.stringify(fields);
      if (now === shown) return;
      shown = now;
      const focused = document.activeElement?.id;
      inputs = [];
      fill(
        body,
        ...fields.map((field) => {
          const id = `${prefix}-${field.id}`;
          const input = fieldInput(field, id, choose);
          inputs.push(input);
          const hint = field.hint && h("small", { id: `${id}-hint` }, field.hint);
          if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
          return h("div", { class: "field" }, h("label", { for: id }, field.label), input, hint || undefined);
        }),
      );
      if (focused) inputs.find(({ id }) => id === focused)?.focus();
    },
  };
}

function fieldInput({ id: name, values, value }: ChoiceField, id: string, onchange: () => void) {
  if (values === undefined)
    return h("input", { id, name, value, onchange, type: "text", autocomplete: "off" });
  const options = values.map((one) =>
    h("option", { value: one.value, selected: one.value === value }, one.label),
  );
  return h("select", { id, name, onchange }, ...options);
}
