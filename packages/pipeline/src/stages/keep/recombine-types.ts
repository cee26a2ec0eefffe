import { mapChunks, OptionError, type Values } from "@flashdeconv/core";
import { compareCodePoints, shortList } from "@flashdeconv/core/internal";
import type { TypeConfusion } from "../../contracts/confusion.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { isSource } from "../summarize/spot-statistics.js";
import { combineProgramme } from "./programme-arrays.js";

/** Notices of the types as they were. */
const OF_TYPES: ReadonlySet<string> = new Set([
  "changed-names",
  "confused-types",
  "few-cells",
  "one-type",
  "silent-types",
  "similar-types",
  "undetermined-mixtures",
  "undetermined-types",
  "uninformative-labels",
  "weak-types",
]);

/**
 * The summary with some types left out and some taken together, without reading a count: genes, sketch and normalisation
 * stay those of the run that made it. The signature of types taken together is the mean of their normalised ones, weighted by
 * their cells where these are known, so their statistics are the same means.
 *
 * @param drop names of types to leave out
 * @param merge names of new types, each with those it takes together
 * @throws OptionError for a name that is not there, is given twice, or comes out twice, or where no type is left.
 */
export function recombineTypes(
  summary: SectionSummary,
  {
    drop = [],
    merge = {},
  }: { readonly drop?: readonly string[]; readonly merge?: Readonly<Record<string, readonly string[]>> },
): SectionSummary {
  const {
    reference,
    statistics,
    spotCount,
    parameters,
    composition,
    cellCounts: counts,
    countsPerCell,
  } = summary;
  const { typeNames, gram } = reference;
  const typeCount = typeNames.length;
  const allNames = [...typeNames, ...summary.silentTypes].sort(compareCodePoints);
  const groups = groupTypes(allNames, drop, merge);
  const cellCounts = counts && new Map(allNames.map((name, k) => [name, counts[k]]));
  // Cells without a count say nothing of the signature of those that they are taken together with.
  const weightsOfAll = [...groups].map(([name, members]): [string, [number, number][]] => [
    name,
    weightsOf(
      members.filter((member) => typeNames.includes(member)),
      cellCounts,
    ).map(([member, weight]) => [typeNames.indexOf(member), weight]),
  ]);
  weightsOfAll.sort(([a], [b]) => compareCodePoints(a, b));
  const speaking = weightsOfAll.filter(([, members]) => members.length > 0);
  if (speaking.length === 0) {
    throw new OptionError({
      option: "drop",
      value: drop.join(", "),
      rule: "at least one type with counts left",
    });
  }
  const weights = speaking.map(([, members]) => members);
  const names = speaking.map(([name]) => name);
  const newNames = weightsOfAll.map(([name]) => name);
  const newCounts =
    cellCounts && Int32Array.from(newNames, (name) => sumOver(groups.get(name) ?? [], cellCounts));
  const perCell = countsPerCell && new Map(allNames.map((name, k) => [name, countsPerCell[k]]));
  // As of cells that were of one type all along.
  const meanPerCell = (name: string) =>
    weightsOf(groups.get(name) ?? [], cellCounts).reduce(
      (sum, [member, weight]) => sum + weight * (perCell?.get(member) ?? 0),
      0,
    );
  const silentTypes = newNames.filter((name) => !names.includes(name));

  const count = names.length;
  const combinedGram = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let sum = 0;
      for (const [k, left] of weights[a])
        for (const [l, right] of weights[b]) sum += left * right * gram[k * typeCount + l];
      combinedGram[a * count + b] = sum;
    }
  }
  const combine = (rows: Values, rowCount: number): Values => {
    const length = rowCount * (count + 1);
    const combined = rows instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
    for (let row = 0; row < rowCount; row++) {
      const from = row * (typeCount + 1);
      const to = row * (count + 1);
      for (let a = 0; a < count; a++) {
        let sum = 0;
        for (const [k, weight] of weights[a]) sum += weight * rows[from + k];
        combined[to + a] = sum;
      }
      combined[to + count] = rows[from + typeCount];
    }
    return combined;
  };
  // Intervals were found for the types as they were.
  const { calibration: _, score, notices, ...others } = summary;
  // What fewer types explain is not known without counts; where more of them explained nothing, it is no more.
  const isKnown = score === undefined || score.level === "red";
  return {
    ...others,
    ...(isKnown ? score && { score } : { formerScore: score }),
    ...(notices && { notices: notices.filter(({ code }) => !OF_TYPES.has(code)) }),
    statistics: isSource(statistics)
      ? mapChunks(
          statistics,
          (rows) => ({ ...rows, width: count + 1, values: combine(rows.values, rows.spotCount) }),
          count + 1,
        )
      : combine(statistics, spotCount),
    reference: { typeNames: names, width: count, values: combinedGram, gram: combinedGram },
    silentTypes,
    ...(newCounts && { cellCounts: newCounts }),
    ...(perCell && { countsPerCell: Float64Array.from(newNames, meanPerCell) }),
    ...(summary.confusion && { confusion: groupConfusion(summary.confusion, groups, newNames) }),
    ...(summary.programme && { programme: combineProgramme(summary.programme, weights) }),
    ...(composition && { composition: combineComposition(composition, weights) }),
    parameters: {
      ...parameters,
      cell_types: newNames,
      silent_types: silentTypes,
      cell_counts: newCounts ?? null,
      intervals: null,
      ...(!isKnown && { reference_score: null }),
      types_dropped: [...drop],
      types_merged: JSON.stringify(mergesInOneStep(mergesIn(parameters), merge)),
    },
  };
}

type Merges = Readonly<Record<string, readonly string[]>>;

/** The types that were taken together before, by what they became. */
export function mergesIn({ types_merged: merged }: SectionSummary["parameters"]): Merges {
  return typeof merged === "string" ? JSON.parse(merged) : {};
}

/** Types of which some are taken together, and of what comes of that some again, as one step. */
export function mergesInOneStep(first: Merges, second: Merges): Merges {
  const taken = new Set(Object.values(second).flat());
  const left = Object.entries(first).filter(([name]) => !taken.has(name));
  const joined = Object.entries(second).map(([name, members]): [string, readonly string[]] => [
    name,
    members.flatMap((member) => (Object.hasOwn(first, member) ? first[member] : [member])),
  ]);
  return Object.fromEntries([...left, ...joined]);
}

/** New names and the types that each stands for. */
export function groupTypes(
  typeNames: readonly string[],
  drop: readonly string[],
  merge: Readonly<Record<string, readonly string[]>>,
): Map<string, readonly string[]> {
  const used = new Set<string>();
  const take = (option: string, name: string): string => {
    const isKnown = typeNames.includes(name);
    if (!isKnown || used.has(name)) {
      const rule = !isKnown ? `one of ${shortList(typeNames)}` : "each type once";
      throw new OptionError({ option, value: name, rule });
    }
    used.add(name);
    return name;
  };
  for (const name of drop) take("drop", name);
  const groups = new Map<string, readonly string[]>();
  for (const [name, members] of Object.entries(merge)) {
    const isList = Array.isArray(members) && members.length > 0;
    if (!isList || name === "") {
      throw new OptionError({ option: "merge", value: name, rule: "a name with a list of types for it" });
    }
    groups.set(
      name,
      members.map((member) => take("merge", member)),
    );
  }
  for (const name of typeNames) {
    if (used.has(name)) continue;
    if (groups.has(name)) {
      throw new OptionError({ option: "merge", value: name, rule: "a name that no remaining type has" });
    }
    groups.set(name, [name]);
  }
  if (groups.size === 0)
    throw new OptionError({ option: "drop", value: drop.join(", "), rule: "at least one type left" });
  return groups;
}

/** Estimates and truths added up over types that are taken together. What types that are left out were mistaken for is not known. */
function groupConfusion(
  { typeNames, isJudged, strata }: TypeConfusion,
  groups: ReadonlyMap<string, readonly string[]>,
  newNames: readonly string[],
): TypeConfusion {
  const members = newNames.map((name) => (groups.get(name) ?? []).map((member) => typeNames.indexOf(member)));
  const size = typeNames.length;
  const grouped = (matrix: Float64Array) =>
    Float64Array.from(
      members.flatMap((rows) =>
        members.map((columns) =>
          rows.reduce((sum, k) => sum + columns.reduce((own, l) => own + matrix[k * size + l], 0), 0),
        ),
      ),
    );
  return {
    typeNames: newNames,
    isJudged: members.map((types) => types.some((k) => isJudged[k])),
    strata: strata.map((one) => ({ ...one, truths: grouped(one.truths), crossed: grouped(one.crossed) })),
  };
}

type CellCounts = ReadonlyMap<string, number>;

function weightsOf(members: readonly string[], cellCounts?: CellCounts): [string, number][] {
  const total = cellCounts ? sumOver(members, cellCounts) : 0;
  return members.map((name) => [
    name,
    cellCounts && total > 0 ? (cellCounts.get(name) ?? 0) / total : 1 / members.length,
  ]);
}

function sumOver(members: readonly string[], counts: CellCounts): number {
  return members.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
}

/** Types taken together hold what each of them held; the rest is made to sum to 1. */
function combineComposition(composition: Float64Array, members: readonly [number, number][][]): Float64Array {
  const amounts = members.map((list) => list.reduce((sum, [k]) => sum + composition[k], 0));
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return Float64Array.from(amounts, (amount) => (total > 0 ? amount / total : 1 / amounts.length));
}
