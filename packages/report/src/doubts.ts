import { factsOfSections, isGroup, type SectionFacts, typesNamed } from "./facts-of-sections.js";
import { listed } from "./page/text.js";
import type { ReportInput } from "./report-input.js";

/** What a result must not be believed without, although each number of it looks sure. */
export interface Doubts {
  /** In words, the worst first. */
  readonly lines: readonly string[];
  /** Whether what is said of a type, and how surely it is present, is in doubt. */
  isDoubtful(type: number): boolean;
}

const NARROW = "“at least” and “present” may claim too much";

/** Doubts that follow from the reference: its score, or that nobody scored it; cells that it lacks. */
export function doubtsOf(input: ReportInput): Doubts {
  const { typeNames, low } = input;
  const all = factsOfSections(input);
  const reference = referenceDoubts(input);
  const silent = silentTypes(input);
  const found = [...typeNames.keys()].filter((k) => !silent.has(k));
  const withoutCells = new Set(all.flatMap(({ facts }) => typesNamed(cellless(facts), typeNames)));
  const isAllMeans = low !== undefined && found.length > 0 && found.every((k) => withoutCells.has(k));
  return {
    lines: [
      ...reference,
      ...(isAllMeans
        ? [
            `All intervals take the cells of a type for their mean, as the reference has too few single cells to tell how they differ: they are too narrow by an unknown amount, and ${NARROW}.`,
          ]
        : []),
      ...silentLines(all, input, silent),
      ...(found.length === 1 && typeNames.length > 0
        ? [
            `One type was all there was to find: that its share is 100 % in every spot says nothing${low ? ", nor do bounds of 1.00" : ""}.`,
          ]
        : []),
    ],
    isDoubtful: (type) => reference.length > 0 || withoutCells.has(type),
  };
}

/** Types that have no counts in the genes in use, in any section: nothing could find them. */
export function silentTypes(input: Pick<ReportInput, "parameters" | "typeNames">): ReadonlySet<number> {
  const [first = [], ...others] = factsOfSections(input).map(({ facts }) =>
    typesNamed(facts.silent_types, input.typeNames),
  );
  return new Set(first.filter((k) => others.every((types) => types.includes(k))));
}

/** Of a reference that explains only part, and of one that could not be or was not scored. */
function referenceDoubts({ referenceScores: scores = [], notices, low, typeNames }: ReportInput): string[] {
  if (typeNames.length === 0) return [];
  const amber = scores.filter(({ level }) => level === "amber");
  const isUnscored = scores.length === 0 || notices.some(({ code }) => code === NOT_SCORED);
  const isUnknown = isUnscored || amber.some(({ isTold }) => isTold === false);
  if (amber.length === 0 && !isUnscored) return [];
  const names = amber.flatMap(({ section }) => section ?? []);
  const where = !isUnscored && names.length < scores.length && names.length > 0 ? ` in ${listed(names)}` : "";
  const off = isUnknown
    ? `Proportions may be off by an unknown amount${where}: nothing tells whether the reference describes the section.`
    : `Proportions may be off by an unknown amount${where}: the reference explains only part of the section.`;
  const narrow = `Intervals ${isUnknown ? "may be" : "are"} too narrow by an unknown amount${where}: ${NARROW}.`;
  return low ? [off, narrow] : [off];
}

/** The notice that says why a result has no score. */
export const NOT_SCORED = "not-scored";

function cellless({ intervals }: SectionFacts["facts"]): unknown {
  return isGroup(intervals) ? intervals.types_without_cells : undefined;
}

/** Zeros that are no absence. */
function silentLines(
  all: readonly SectionFacts[],
  { typeNames }: ReportInput,
  everywhere: ReadonlySet<number>,
): string[] {
  const told = (types: Iterable<number>, where: string) =>
    `Could not be found${where}: the reference has no counts of ${listed([...types].map((k) => typeNames[k]))} in the genes in use.`;
  const some = all.flatMap(({ name, facts }) => {
    const types = typesNamed(facts.silent_types, typeNames).filter((k) => !everywhere.has(k));
    return types.length > 0 ? [told(types, ` in ${listed([name ?? ""])}`)] : [];
  });
  return [...(everywhere.size > 0 ? [told(everywhere, "")] : []), ...some];
}
