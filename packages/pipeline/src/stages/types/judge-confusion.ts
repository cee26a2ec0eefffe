import type { TypeConfusion } from "../../contracts/confusion.js";

/** Shares of what two types are mistaken for each other, from which on they cannot be told apart, and are often confused. */
export const CONFUSED = 0.3;
export const OFTEN = 0.15;
/** A type of which less than this is found where it is. */
export const WEAK = 0.3;

/** Two groups of types, by place. */
export interface ConfusedPair {
  readonly a: number;
  readonly b: number;
  /** (B_ab + B_ba) / (B_aa + B_bb + B_ab + B_ba), B the regression of estimates on the truth: half where they cannot be told apart at all. */
  readonly share: number;
}

export interface ConfusionTable {
  /** Per group how much of it is found, and how much of it in each other group: groups x groups; NaN where a group could not be tried. */
  readonly found: Float64Array;
  readonly groupCount: number;
}

/**
 * The regression of estimates on the truth, P ~ T B, over some strata and with types taken together.
 *
 * @param groups by type, the number of its group; left out, each type is its own
 */
export function confusionTable(
  { typeNames, isJudged, strata }: TypeConfusion,
  groups: Int32Array = Int32Array.from(typeNames.keys()),
  only?: number,
): ConfusionTable {
  const typeCount = typeNames.length;
  const groupCount = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const truths = new Float64Array(groupCount * groupCount);
  const crossed = new Float64Array(groupCount * groupCount);
  for (const [i, stratum] of strata.entries()) {
    if (only !== undefined && i !== only) continue;
    for (let k = 0; k < typeCount; k++) {
      for (let l = 0; l < typeCount; l++) {
        const at = groups[k] * groupCount + groups[l];
        truths[at] += stratum.truths[k * typeCount + l];
        crossed[at] += stratum.crossed[k * typeCount + l];
      }
    }
  }
  const isTried = new Uint8Array(groupCount);
  for (const [k, group] of groups.entries()) if (isJudged[k]) isTried[group] = 1;
  return { found: regress(truths, crossed, isTried), groupCount };
}

/** T'T B = T'P, solved by elimination over the groups that were tried. */
function regress(truths: Float64Array, crossed: Float64Array, isTried: Uint8Array): Float64Array {
  const size = isTried.length;
  const rows = Array.from(isTried.keys()).filter((group) => isTried[group] === 1);
  const left = Float64Array.from(rows.flatMap((a) => rows.map((b) => truths[a * size + b])));
  const right = rows.map((a) => crossed.slice(a * size, (a + 1) * size));
  const count = rows.length;
  for (let p = 0; p < count; p++) {
    const pivot = left[p * count + p];
    if (!(pivot > 0)) return new Float64Array(size * size).fill(Number.NaN);
    for (let r = p + 1; r < count; r++) {
      const factor = left[r * count + p] / pivot;
      for (let c = p; c < count; c++) left[r * count + c] -= factor * left[p * count + c];
      for (let c = 0; c < size; c++) right[r][c] -= factor * right[p][c];
    }
  }
  for (let p = count - 1; p >= 0; p--) {
    for (let r = p + 1; r < count; r++) {
      for (let c = 0; c < size; c++) right[p][c] -= left[p * count + r] * right[r][c];
    }
    for (let c = 0; c < size; c++) right[p][c] /= left[p * count + p];
  }
  const found = new Float64Array(size * size).fill(Number.NaN);
  for (const [place, group] of rows.entries()) found.set(right[place], group * size);
  return found;
}

/** How much of a group is found where it is; NaN where it was not tried. */
export function recallOf({ found, groupCount }: ConfusionTable, group: number): number {
  return found[group * groupCount + group];
}

/** Pairs that are often confused, or cannot be told apart, most confused first. */
export function confusedPairs({ found, groupCount }: ConfusionTable, least = OFTEN): ConfusedPair[] {
  const pairs: ConfusedPair[] = [];
  for (let a = 0; a < groupCount; a++) {
    for (let b = a + 1; b < groupCount; b++) {
      const mistaken = found[a * groupCount + b] + found[b * groupCount + a];
      const all = found[a * groupCount + a] + found[b * groupCount + b] + mistaken;
      const share = all > 0 ? Math.min(1, mistaken / all) : 0;
      if (share >= least) pairs.push({ a, b, share });
    }
  }
  return pairs.sort((one, other) => other.share - one.share || one.a - other.a || one.b - other.b);
}
