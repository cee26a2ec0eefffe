import { type Notice, OptionError, ShapeError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { type ColumnValues, columnKind, readColumnOf } from "./column-values.js";
import { encodeLabels } from "./encode-labels.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { columnTexts } from "./name-source.js";
import { openDataframe } from "./open-dataframe.js";

/** Which section each spot belongs to. */
export interface Sections {
  /** The column of obs; of several that agree the first. */
  readonly columnNames: readonly string[];
  /** Position in `names`, one per spot; spots without a value come last, as a section of their own. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
  readonly withoutCount: number;
}

/** Columns that all name the ids of `uns/spatial`, each dividing the spots in its own way: which is meant is not to be guessed. */
export interface UnclearSections {
  readonly disagreeing: readonly string[];
}

/**
 * The sections that `obs/<sectionKey>` tells apart; without a key, those of columns whose values are the ids of `uns/spatial`.
 * Undefined where there is no key and no such column.
 *
 * @throws OptionError where the column is not there or cannot tell sections apart
 */
export async function readSections(
  hierarchy: Hierarchy,
  sectionKey: string | undefined,
  spotCount: number,
  signal?: AbortSignal,
): Promise<Sections | UnclearSections | undefined> {
  if (sectionKey === undefined) return findSections(hierarchy, spotCount, signal);
  const { columnNames } = await openDataframe(hierarchy, "obs");
  if (!(await hierarchy.node(join("obs", sectionKey)))) {
    throw refused(
      sectionKey,
      `a column of obs: ${columnNames.join(", ") || "there is none"}`,
      "Name the column that tells sections apart.",
    );
  }
  const column = await readColumnOf(hierarchy, "obs", sectionKey, signal);
  if (column.kind === "number" && column.values.some((value) => !Number.isNaN(value) && value % 1 !== 0)) {
    throw refused(
      sectionKey,
      "a column of names or whole numbers, not of measurements",
      "Name the column that tells sections apart.",
    );
  }
  const { codes, names } = encodeLabels(column);
  requireLength(sectionKey, codes.length, spotCount);
  if (names.length > spotCount / 2 && names.length > 1) {
    throw refused(
      sectionKey,
      `a column with at least two spots per section on average; this one has ${numbered(names.length, "value")} for ${numbered(spotCount, "spot")}`,
      "Name the column that tells sections apart.",
    );
  }
  return withOwnSection([sectionKey], codes, names);
}

/** What a user should hear of how sections were told apart. */
export function describeSections(sections: Sections | UnclearSections, isAsked: boolean): Notice[] {
  if ("disagreeing" in sections) {
    const columns = sections.disagreeing.map((name) => join("obs", name)).join(" and ");
    return [
      {
        code: "sections-unclear",
        message: `${columns} all name the ids of uns/spatial, but divide the spots differently, so sections are not told apart. Name the column that does with ${optionName("sectionKey")}.`,
      },
    ];
  }
  const { columnNames, names, withoutCount } = sections;
  const columns = columnNames.map((name) => join("obs", name)).join(" and ");
  const notices: Notice[] = [];
  if (!isAsked) {
    notices.push({
      code: "sections-found",
      message: `${numbered(names.length, "section")} are told apart by ${columns}, which names the ids of uns/spatial: each is solved by itself.`,
    });
  } else if (names.length === 1 && withoutCount === 0) {
    notices.push({
      code: "one-section",
      message: `${columns} names one section only ("${names[0]}"): it changes nothing.`,
    });
  }
  if (withoutCount > 0) {
    notices.push({
      code: "spots-without-section",
      message: `Without a value in ${columns}: ${numbered(withoutCount, "spot")}, taken as a section of their own.`,
    });
  }
  return notices;
}

/** Two ways to tell components apart as one: spots are together where they are in both. */
export function intersectComponents(a: Int32Array, b: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  const width = b.reduce((most, code) => Math.max(most, code), 0) + 1;
  return a.map((code, spot) => {
    const pair = code * width + b[spot];
    const number = numbers.get(pair) ?? numbers.size;
    numbers.set(pair, number);
    return number;
  });
}

/** Columns of categories that name several ids of `uns/spatial` and nothing else. */
async function findSections(
  hierarchy: Hierarchy,
  spotCount: number,
  signal?: AbortSignal,
): Promise<Sections | UnclearSections | undefined> {
  const ids = await idsOf(hierarchy);
  if (ids.size < 2) return undefined;
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const found: Sections[] = [];
  for (const name of columnNames) {
    const column = await categoriesAmong(hierarchy, name, ids, signal);
    if (!column) continue;
    const { codes, names } = encodeLabels(column);
    if (names.length < 2 || names.some((label) => !ids.has(label))) continue;
    requireLength(name, codes.length, spotCount);
    found.push(withOwnSection([name], codes, names));
  }
  if (found.every((other) => areAlike(found[0], other))) return found[0];
  return { disagreeing: found.flatMap(({ columnNames }) => columnNames) };
}

async function idsOf(hierarchy: Hierarchy): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const name of (await hierarchy.children("uns/spatial")) ?? []) {
    if ((await hierarchy.node(join("uns/spatial", name)))?.kind === "group") ids.add(name);
  }
  return ids;
}

/** The column where it is categorical and several of its categories are ids; looks at the categories first, which are few. */
async function categoriesAmong(
  hierarchy: Hierarchy,
  name: string,
  ids: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ColumnValues | undefined> {
  const path = join("obs", name);
  const node = await hierarchy.node(path);
  if (node?.kind !== "group" || columnKind(node) !== "categorical") {
    const isLegacy = node?.kind === "array" && columnKind(node) === "categorical";
    return isLegacy ? readColumnOf(hierarchy, "obs", name, signal) : undefined;
  }
  const labels = columnTexts(await readColumnOf(hierarchy, path, "categories", signal));
  return labels.filter((label) => ids.has(label)).length < 2
    ? undefined
    : readColumnOf(hierarchy, "obs", name, signal);
}

function withOwnSection(
  columnNames: readonly string[],
  codes: Int32Array,
  names: readonly string[],
): Sections {
  let withoutCount = 0;
  const filled = codes.map((code) => {
    if (code >= 0) return code;
    withoutCount++;
    return names.length;
  });
  return { columnNames, codes: filled, names, withoutCount };
}

/** Whether two columns divide the spots in the same way, under whatever names. */
function areAlike(a: Sections, b: Sections): boolean {
  const both = new Set(intersectComponents(a.codes, b.codes)).size;
  return both === new Set(a.codes).size && both === new Set(b.codes).size;
}

function requireLength(key: string, found: number, spotCount: number): void {
  if (found === spotCount) return;
  throw new ShapeError({
    subject: join("obs", key),
    found: `${numbered(found, "value")} for ${numbered(spotCount, "spot")}`,
    expected: "one value per spot",
    remedy: "The store is damaged or was edited by hand: write it again with anndata.",
  });
}

function refused(value: string, rule: string, remedy: string): OptionError {
  return new OptionError({ option: "section-key", value, rule, remedy });
}
