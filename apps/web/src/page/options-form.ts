import type { RunOptions } from "../run/protocol.js";
import { fill, h } from "./h.js";
import {
  ADVANCED,
  DEFAULT_METHOD,
  FIELDS,
  type Field,
  hasOption,
  METHODS,
  type MethodName,
} from "./run-options.js";

export interface OptionsForm {
  readonly element: HTMLElement;
  /** What is chosen; what is left as it is stays out. Undefined while a field holds what it cannot take. */
  read(): RunOptions | undefined;
}

/** The fields of a run. `onChange` is called after each change. */
export function createOptionsForm(onChange: () => void): OptionsForm {
  const method = choice(
    "method",
    METHODS.map(({ name }) => ({ value: name, label: name })),
  );
  const smoothing = choice("smoothing", [
    { value: "", label: "automatic" },
    { value: "none", label: "none" },
    { value: "number", label: "a number" },
  ]);
  const strength = numberInput("strength", { least: 0 });
  const strengthField = labelled("Strength of the smoothing", strength, "on the scale of the method");
  const fields = [...FIELDS, ...ADVANCED].map((field) => ({ field, ...createField(field) }));
  const shown = (list: readonly Field[]) =>
    fields.filter(({ field }) => list.includes(field)).map(({ row }) => row);
  const methodField = labelled("Method", method, " ");
  const element = h(
    "form",
    { class: "options", novalidate: true, onsubmit: (event: Event) => event.preventDefault() },
    h(
      "div",
      { class: "fields" },
      methodField,
      labelled(
        "Smoothing",
        smoothing,
        "how much a spot goes by its neighbours; automatic tries it on held-back counts",
      ),
      strengthField,
      ...shown(FIELDS),
    ),
    h("details", {}, h("summary", {}, "Advanced"), h("div", { class: "fields" }, ...shown(ADVANCED))),
  );
  const arrange = () => {
    const hint = METHODS.find(({ name }) => name === method.value)?.hint ?? "";
    fill(methodField.querySelector("small") ?? methodField, hint);
    strengthField.hidden = smoothing.value !== "number";
    for (const { field, row } of fields) row.hidden = !hasOption(field, method.value as MethodName);
  };
  element.addEventListener("change", () => {
    arrange();
    onChange();
  });
  arrange();
  return {
    element,
    read() {
      const options: Record<string, unknown> = {};
      const inputs = [strength, ...fields.map(({ input }) => input)];
      for (const input of inputs) input.removeAttribute("aria-invalid");
      const wrong = inputs.filter((input) => isShown(input) && !input.checkValidity());
      if (smoothing.value === "number" && strength.value === "") wrong.push(strength);
      for (const input of wrong) input.setAttribute("aria-invalid", "true");
      if (wrong.length > 0) return undefined;
      if (method.value !== DEFAULT_METHOD) options.method = method.value;
      if (smoothing.value === "none") options.smoothing = "none";
      if (smoothing.value === "number") options.smoothing = Number(strength.value);
      for (const { field, input, row } of fields)
        if (!row.hidden) Object.assign(options, settingOf(field, input));
      return options as RunOptions;
    },
  };
}

function isShown(input: HTMLElement): boolean {
  return input.closest(".field")?.hasAttribute("hidden") === false;
}

type Input = HTMLInputElement | HTMLSelectElement;

function createField(field: Field): { input: Input; row: HTMLElement } {
  const { id, label, hint, kind, choices } = field;
  if (kind === "tick") {
    const input = h("input", { id: `option-${id}`, name: id, type: "checkbox" });
    return { input, row: labelled(label, input, hint) };
  }
  const input = kind === "choice" ? choice(id, choices ?? []) : numberInput(id, field);
  return { input, row: labelled(label, input, hint) };
}

/** As an option, where it is not what it is by default. */
function settingOf({ id, kind, choices }: Field, input: Input): object {
  if (input instanceof HTMLInputElement && kind === "tick") return input.checked ? { [id]: true } : {};
  if (kind === "number") return input.value === "" ? {} : { [id]: Number(input.value) };
  if (input.value === choices?.[0].value) return {};
  return { [id]: input.value === "false" ? false : input.value };
}

function numberInput(id: string, { least, most, isWhole }: Pick<Field, "least" | "most" | "isWhole">) {
  return h("input", {
    id: `option-${id}`,
    name: id,
    type: "number",
    min: least,
    max: most,
    step: isWhole ? 1 : "any",
    inputmode: isWhole ? "numeric" : "decimal",
  });
}

function choice(id: string, choices: readonly { value: string; label: string }[]) {
  const options = choices.map(({ value, label }) => h("option", { value }, label));
  return h("select", { id: `option-${id}`, name: id }, ...options);
}

function labelled(label: string, input: Input, hint?: string): HTMLElement {
  const id = `${input.id}-hint`;
  if (hint) input.setAttribute("aria-describedby", id);
  const isTick = input.type === "checkbox";
  const title = h("label", { for: input.id }, label);
  return h(
    "div",
    { class: isTick ? "field tick" : "field" },
    ...(isTick ? [input, title] : [title, input]),
    hint && h("small", { id }, hint),
  );
}
