import type { ReportInput } from "./report-input.js";

/** What a run records of one section. */
export interface SectionFacts {
  /** Undefined where it is all there is. */
  readonly name: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Of each section its own, with what all have alike. */
export function factsOfSections({ parameters }: Pick<ReportInput, "parameters">): readonly SectionFacts[] {
  const { sections } = parameters;
  if (!isGroup(sections)) return [{ name: undefined, facts: parameters }];
  return Object.entries(sections).flatMap(([key, own]) => {
    if (!isGroup(own)) return [];
    return [{ name: typeof own.name === "string" ? own.name : key, facts: { ...parameters, ...own } }];
  });
}

export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Types that a fact names, by their places. */
export function typesNamed(fact: unknown, typeNames: readonly string[]): readonly number[] {
  if (!Array.isArray(fact)) return [];
  const names = new Set(fact.map(String));
  return [...typeNames.keys()].filter((k) => names.has(typeNames[k]));
}
