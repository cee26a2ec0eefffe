import {
  nextLogarithmic,
  nextPoisson,
  nextUniform,
  portableLog1p,
  type RandomStream,
} from "@flashdeconv/core/internal";
import { type AliasTables, buildAliasTables, nextItem } from "./alias-tables.js";

/** Draws the counts of one spot or cell at a time. Its buffers are reused: each row is drawn, then taken out. */
export interface CountSampler {
  readonly typeCount: number;
  readonly geneCount: number;
  /** K x G, rows sum to 1. */
  readonly profiles: Float64Array;
  readonly tables: AliasTables;
  readonly overdispersion: number;
  /** Counts of the row in the making, by gene; all 0 between rows. */
  readonly counts: Float64Array;
  /** One bit per gene whose count is not 0, so that a row comes out in order without a sort or a look at every gene. */
  readonly occupied: Int32Array;
}

export function buildCountSampler(
  profiles: Float64Array,
  geneCount: number,
  overdispersion: number,
): CountSampler {
  return {
    typeCount: profiles.length / geneCount,
    geneCount,
    profiles,
    tables: buildAliasTables(profiles, geneCount),
    overdispersion,
    counts: new Float64Array(geneCount),
    occupied: new Int32Array(Math.ceil(geneCount / 32)),
  };
}

/**
 * Draws a row whose gene `g` has mean `m_g = depth * sum_k mixture_k profiles_kg`. `mixture` is K shares.
 *
 * Poisson: a Poisson number of counts per type, each dealt to a gene by that type's profile. Negative binomial with variance
 * `m + phi m^2`: it equals a Poisson number, with mean `ln(1 + phi m) / phi`, of clusters of logarithmic size
 * (Quenouille, 1949). The clusters are the Poisson counts above, thinned: one at gene g stays with probability
 * `ln(1 + phi m_g) / (phi m_g)`. So both cost O(depth), not O(genes).
 */
export function drawCounts(
  sampler: CountSampler,
  stream: RandomStream,
  depth: number,
  mixture: Float64Array,
): void {
  const { typeCount, tables, counts, occupied, overdispersion } = sampler;
  for (let type = 0; type < typeCount; type++) {
    const share = mixture[type];
    if (share === 0) continue;
    for (let left = nextPoisson(stream, depth * share); left > 0; left--) {
      const gene = nextItem(stream, tables, type);
      let size = 1;
      if (overdispersion > 0) {
        const odds = overdispersion * depth * mixedProfile(sampler, mixture, gene);
        if (nextUniform(stream) * odds >= portableLog1p(odds)) continue;
        size = nextLogarithmic(stream, odds);
      }
      counts[gene] += size;
      occupied[gene >> 5] |= 1 << (gene & 31);
    }
  }
}

/** Writes the drawn row to `indices` and `values` from `at` on, genes ascending, and clears it. Returns where it ended. */
export function takeCounts(
  { counts, occupied }: CountSampler,
  indices: Int32Array,
  values: Float32Array,
  at: number,
): number {
  for (let word = 0; word < occupied.length; word++) {
    for (let bits = occupied[word]; bits !== 0; bits &= bits - 1) {
      const gene = word * 32 + 31 - Math.clz32(bits & -bits);
      indices[at] = gene;
      values[at++] = counts[gene];
      counts[gene] = 0;
    }
    occupied[word] = 0;
  }
  return at;
}

function mixedProfile(sampler: CountSampler, mixture: Float64Array, gene: number): number {
  const { typeCount, geneCount, profiles } = sampler;
  let sum = 0;
  for (let type = 0; type < typeCount; type++) {
    const share = mixture[type];
    if (share !== 0) sum += share * profiles[type * geneCount + gene];
  }
  return sum;
}
