import { type ChunkSource, type DenseChunk, mapChunks } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable } from "../../contracts/answers.js";
import type { TypeConfusion } from "../../contracts/confusion.js";
import type { Hierarchy } from "../../contracts/hierarchy.js";
import type { Parameters } from "../../contracts/parameters.js";
import { RESOLVED } from "../table-names.js";
import { groupsAt } from "./hierarchy.js";
import { CONFUSED, confusedPairs, confusionTable, recallOf, WEAK } from "./judge-confusion.js";

/** What the tables of levels are made from. N spots, K types. */
export interface LevelInput {
  readonly hierarchy: Hierarchy;
  /** Undefined where there were no single cells to try types with. */
  readonly confusion: TypeConfusion | undefined;
  readonly typeNames: readonly string[];
  /** N x K */
  readonly proportions: ChunkSource<DenseChunk>;
  /** N: counts over the genes in use. */
  readonly counts: StatArray;
  readonly dtype: "float64" | "float32";
}

/** A type of a smaller share does not ask for a coarser level. */
const PRESENT = 0.05;

/** A table for each level above that of the types, each the sums over its groups, and the level down to which each spot is resolved. */
export function levelTables(input: LevelInput): AnswerTable[] {
  const { hierarchy, typeNames, proportions, dtype } = input;
  const above = hierarchy.levels.slice(1).map((name, i): AnswerTable => {
    const { names, groupOf } = groupsAt(hierarchy, i + 1, typeNames);
    return { name, dtype, columns: names, values: sumsOver(proportions, groupOf, names.length) };
  });
  return input.confusion ? [...above, resolvedLevels(input, input.confusion)] : above;
}

function sumsOver(
  proportions: ChunkSource<DenseChunk>,
  groupOf: Int32Array,
  groupCount: number,
): ChunkSource<DenseChunk> {
  const { length: width } = groupOf;
  const sumsOf = ({ values, spotCount }: DenseChunk) => {
    const sums = new Float64Array(spotCount * groupCount);
    for (let row = 0; row < spotCount; row++) {
      for (let k = 0; k < width; k++) sums[row * groupCount + groupOf[k]] += values[row * width + k];
    }
    return values instanceof Float32Array ? new Float32Array(sums) : sums;
  };
  return mapChunks(
    proportions,
    (chunk) => ({ ...chunk, width: groupCount, values: sumsOf(chunk) }),
    groupCount,
  );
}

/**
 * For each type the finest level at which its group can be told from all others, or as many as there are levels where it can at none.
 *
 * @param only of these depths alone; left out, of all together
 */
export function levelsOfTypes(
  hierarchy: Hierarchy,
  confusion: TypeConfusion,
  typeNames: readonly string[],
  only?: number,
): Int32Array {
  const { levels } = hierarchy;
  const finest = new Int32Array(typeNames.length).fill(levels.length);
  if (confusion.strata.length === 0) return finest;
  for (let level = levels.length - 1; level >= 0; level--) {
    const { groupOf } = groupsAt(hierarchy, level, typeNames);
    const table = confusionTable(confusion, groupOf, only);
    // All in one group are told from nothing else.
    const isLone = table.groupCount === 1;
    const confused = new Set(confusedPairs(table, CONFUSED).flatMap(({ a, b }) => [a, b]));
    for (let k = 0; k < typeNames.length; k++) {
      const isFound = recallOf(table, groupOf[k]) >= WEAK && !confused.has(groupOf[k]);
      if (isLone || isFound) finest[k] = level;
    }
  }
  return finest;
}

/** The finest level at which all that a spot mostly holds can be told apart at its depth. */
function resolvedLevels(
  { hierarchy, typeNames, proportions, counts }: LevelInput,
  confusion: TypeConfusion,
): AnswerTable {
  const { strata } = confusion;
  const { levels } = hierarchy;
  const byDepth = strata.map((_, i) => levelsOfTypes(hierarchy, confusion, typeNames, i));
  const width = typeNames.length;
  const levelsOf = ({ spotStart, spotCount, values }: DenseChunk) => {
    const own = new Float32Array(spotCount).fill(-1);
    for (let row = 0; row < spotCount; row++) {
      const shares = values.subarray(row * width, (row + 1) * width);
      if (Number.isNaN(shares[0])) continue;
      const depth = counts[spotStart + row];
      let stratum = -1;
      while (stratum + 1 < strata.length && strata[stratum + 1].least <= depth) stratum++;
      own[row] = stratum < 0 ? levels.length : coarsest(shares, byDepth[stratum]);
    }
    return own;
  };
  return {
    name: RESOLVED,
    dtype: "category",
    columns: [RESOLVED],
    isColumn: true,
    categories: [...levels, "none"],
    values: mapChunks(proportions, (chunk) => ({ ...chunk, width: 1, values: levelsOf(chunk) }), 1),
  };
}

function coarsest(shares: DenseChunk["values"], levels: Int32Array): number {
  let most = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k] > shares[most]) most = k;
  let level = levels[most];
  for (let k = 0; k < shares.length; k++) if (shares[k] >= PRESENT) level = Math.max(level, levels[k]);
  return level;
}

/** A hierarchy as results keep it, with the level down to which each type can be told from the others at the depths of the section. */
export function hierarchyFacts(hierarchy: Hierarchy, confusion: TypeConfusion | undefined): Parameters {
  const { levels, rows } = hierarchy;
  const facts = { hierarchy: JSON.stringify({ levels, rows }) };
  if (!confusion) return facts;
  const { typeNames } = confusion;
  const names = [...levels, "none"];
  return {
    ...facts,
    type_levels: Array.from(levelsOfTypes(hierarchy, confusion, typeNames), (level) => names[level]),
  };
}
