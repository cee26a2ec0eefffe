import { buildNnlsWorkspace, determineGram, solveNnls } from "@flashdeconv/solver";
import { summarizeCounts } from "@flashdeconv/solver-weighted";
import type { Halves } from "./replicated-variation.js";

/** Types as groups of spots are fitted with them. K types, G genes. */
export interface GroupModel {
  readonly typeCount: number;
  /** G x K: what a count of each gene says of each type. */
  readonly projection: Float64Array;
  /** K x K */
  readonly gram: Float64Array;
  /** K: what all groups together say. */
  readonly mean: Float64Array;
}

/** @param profiles K x G: the types' shares of genes */
export function groupModel(
  profiles: Float64Array,
  typeCount: number,
  { weights, shares }: Pick<Halves, "weights" | "shares">,
): GroupModel {
  const geneCount = weights.length;
  const projection = new Float64Array(geneCount * typeCount);
  const gram = new Float64Array(typeCount * typeCount);
  for (let g = 0; g < geneCount; g++) {
    for (let k = 0; k < typeCount; k++) {
      const own = weights[g] * profiles[k * geneCount + g];
      projection[g * typeCount + k] = own;
      for (let l = 0; l <= k; l++) gram[k * typeCount + l] += own * profiles[l * geneCount + g];
    }
  }
  for (let k = 0; k < typeCount; k++) {
    for (let l = 0; l < k; l++) gram[l * typeCount + k] = gram[k * typeCount + l];
  }
  const mean = new Float64Array(typeCount);
  for (let g = 0; g < geneCount; g++) {
    for (let k = 0; k < typeCount; k++) mean[k] += shares[g] * projection[g * typeCount + k];
  }
  return { typeCount, projection, gram, mean };
}

/** What half of the counts shows of each group along the types, less what all groups show, and the mix that fits it best. */
export function fitGroups(
  half: Halves["first"],
  { typeCount, projection, gram, mean }: GroupModel,
  sizes: Float64Array,
): { readonly seen: Float64Array; readonly mix: Float64Array } {
  const groupCount = sizes.length;
  const rows = new Float64Array(groupCount * (typeCount + 1));
  summarizeCounts(half, projection, typeCount, rows);
  const seen = new Float64Array(groupCount * typeCount);
  const mix = new Float64Array(groupCount * typeCount);
  const target = new Float64Array(typeCount);
  const x = new Float64Array(typeCount);
  const work = buildNnlsWorkspace({ gram: determineGram(gram, typeCount, 0).gram, target, x });
  for (let i = 0; i < groupCount; i++) {
    const depth = rows[i * (typeCount + 1) + typeCount];
    if (sizes[i] === 0 || depth === 0) continue;
    for (let k = 0; k < typeCount; k++) {
      target[k] = rows[i * (typeCount + 1) + k] / depth;
      seen[i * typeCount + k] = target[k] - mean[k];
    }
    solveNnls(work, 0);
    const total = x.reduce((all, value) => all + value, 0);
    for (let k = 0; k < typeCount; k++) mix[i * typeCount + k] = total > 0 ? x[k] / total : 1 / typeCount;
  }
  return { seen, mix };
}
