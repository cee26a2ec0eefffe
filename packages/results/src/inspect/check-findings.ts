import { optionName, shortList } from "@flashdeconv/core/internal";
import {
  bestMarkers,
  type CheckedTypes,
  isUninformativeLabel,
  judgeTypes,
  type Merges,
  proposeMerges,
  type TypeConfusion,
} from "@flashdeconv/pipeline/internal";
import { countOf, formatCount } from "../words/format.js";
import type { Wording } from "../words/wording.js";
import { detail, type FindingLine, fact, remark } from "./finding.js";

/** Where what was checked lies. */
export interface CheckedPlaces {
  readonly reference: string;
  readonly spatial?: string;
  /** The file that merges were written to. */
  readonly merges?: string;
}

/** Below this a type's mean is mostly noise. */
const FEW_CELLS = 10;
/** Pairs that are shown; --json has all. */
const SHOWN = 12;

/** The types that a check proposes to take together. */
export function mergesOf({ confusion, signature, alike }: CheckedTypes): Merges {
  return proposeMerges(confusion ?? nothingTried(signature.typeNames), alike.undetermined);
}

function nothingTried(typeNames: readonly string[]): TypeConfusion {
  return { typeNames, isJudged: typeNames.map(() => false), strata: [] };
}

/** What a check found, as plain data. */
export function checkJson(
  checked: CheckedTypes,
  { reference, spatial, merges }: CheckedPlaces,
  wording: Wording,
) {
  const { signature, cellCounts, confusion, alike, depths, depthOf } = checked;
  const { typeNames, geneNames } = signature;
  const verdicts = judgeTypes(confusion ?? nothingTried(typeNames));
  const markers = bestMarkers(signature);
  const pairs = (list: typeof verdicts.confused) =>
    list.map(({ a, b, share }) => ({ types: [typeNames[a], typeNames[b]], share }));
  const groups = (list: readonly (readonly number[])[]) =>
    list.map((group) => group.map((k) => typeNames[k]));
  return {
    reference,
    spatial: spatial ?? null,
    gene_count: geneNames.length,
    depth:
      depths.length === 0
        ? null
        : {
            of: depthOf,
            least: depths[0],
            median: depths[depths.length >> 1],
            greatest: depths[depths.length - 1],
          },
    judged: verdicts.found.some((found) => found !== undefined),
    same_profile: groups(alike.undetermined),
    similar_profile: groups(alike.similar),
    cannot_be_told_apart: pairs(verdicts.confused),
    often_confused: pairs(verdicts.often),
    weak: verdicts.weak.map((k) => typeNames[k]),
    drop: typeNames.flatMap((name, k) => {
      const reason = reasonToDrop(name, cellCounts?.[k]);
      return reason === undefined ? [] : [{ name, reason }];
    }),
    merges: Object.entries(mergesOf(checked)).map(([name, types]) => ({ name, types })),
    merges_file: merges ?? null,
    not_checked: notChecked(checked, verdicts.found, wording),
    cell_types: typeNames.map((name, k) => ({
      name,
      cell_count: cellCounts?.[k] ?? null,
      found: verdicts.found[k] ?? null,
      marker: markers[k]?.gene ?? null,
      fold_change: markers[k]?.foldChange ?? null,
    })),
  };
}

function reasonToDrop(name: string, cellCount: number | undefined): string | undefined {
  if (isUninformativeLabel(name)) return "names no cell type";
  if (cellCount === undefined || cellCount >= FEW_CELLS) return undefined;
  return `${countOf(cellCount, "cell")}: its mean is mostly noise`;
}

function notChecked(
  { confusion, depthOf }: CheckedTypes,
  found: readonly (number | undefined)[],
  { options }: Wording,
): readonly string[] {
  if (!confusion) {
    return [
      "which types are confused: that takes single cells, and these are means. Only profiles that are the same, or nearly, can be told",
    ];
  }
  const { typeNames } = confusion;
  const untried = typeNames.filter((_, k) => found[k] === undefined);
  return [
    ...(untried.length > 0 && found.length > 1
      ? [`types with fewer than two cells that have counts: ${shortList(untried)}`]
      : []),
    ...(found.length < 2 ? ["which types are confused: there is only one"] : []),
    ...(depthOf === "section"
      ? []
      : [
          `the section: its depth, genes and chemistry may tell more or less apart (${options(optionName("spatialInput"))})`,
        ]),
    "types that the tissue has and the reference lacks, and what smoothing over neighbours gains or hides",
  ];
}

/** The verdicts, a line each. */
export function checkFindings(checked: CheckedTypes, places: CheckedPlaces, wording: Wording): FindingLine[] {
  const found = checkJson(checked, places, wording);
  const mergeTypes = wording.options(optionName("mergeTypes"));
  const { cellCounts, signature } = checked;
  const cells = cellCounts?.reduce((sum, count) => sum + count, 0);
  const pairs = (list: typeof found.often_confused) => {
    const shown = list.slice(0, SHOWN).map(({ types, share }) => `${named(types)} (${share.toFixed(2)})`);
    return (
      shown.join("; ") + (list.length > SHOWN ? `; and ${countOf(list.length - SHOWN, "more pair")}` : "")
    );
  };
  const hasMerges = found.merges.length > 0;
  const depth = describeDepth(found.depth, places.spatial, wording);
  const lines: (FindingLine | false | undefined)[] = [
    detail(
      `${places.reference}: ${cells === undefined ? "mean counts" : countOf(cells, "cell")}, ${countOf(signature.typeNames.length, "cell type")}, ${countOf(found.gene_count, "gene")} in use`,
    ),
    depth !== undefined && detail(depth),
    ...found.same_profile.map((group) => remark(`Same profile, or mixtures of one another: ${named(group)}`)),
    ...found.similar_profile.map((group) => remark(`Nearly the same profile: ${named(group)}`)),
    found.cannot_be_told_apart.length > 0
      ? remark(`Cannot be told apart at this depth: ${pairs(found.cannot_be_told_apart)}`)
      : found.judged && fact("Cannot be told apart at this depth: none"),
    found.often_confused.length > 0 && remark(`Often confused: ${pairs(found.often_confused)}`),
    found.weak.length > 0 && remark(`Weak, mostly not found where they are: ${listed(found.weak)}`),
    found.drop.length > 0 &&
      remark(
        `Labels to think of dropping: ${found.drop.map(({ name, reason }) => `${JSON.stringify(name)} (${reason})`).join("; ")}`,
      ),
    hasMerges && remark(`Merge: ${mergeTypes} ${wording.typed(mergesOf(checked))}`),
    places.merges !== undefined &&
      fact(
        `${hasMerges ? "These merges" : "No merges"} are in ${places.merges}: ${mergeTypes} @${places.merges}`,
      ),
    ...found.not_checked.map((text) => detail(`Not checked: ${text}`)),
  ];
  return lines.filter((line) => line !== undefined && line !== false);
}

function describeDepth(
  depth: ReturnType<typeof checkJson>["depth"],
  spatial: string | undefined,
  { options }: Wording,
) {
  if (!depth) return undefined;
  const { of, least, median, greatest } = depth;
  const count = (value: number) => formatCount(Math.round(value));
  if (of === "section")
    return `Judged at the depths of ${spatial}: ${count(least)} to ${count(greatest)} counts per spot in these genes, median ${count(median)}`;
  return `Judged at ${count(median)} counts per spot${of === "option" ? "" : `, as a cell of the reference has (${options(`${optionName("depth")} or ${optionName("spatialInput")}`)} for another)`}`;
}

function named(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  return quoted.length > 1 ? `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}` : quoted.join();
}

function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
