import { buildStream, nextBelow, nextLogNormal, startStream, streamKey } from "@flashdeconv/core/internal";
import { PURPOSE } from "./purpose.js";
import type { SimulationOptions } from "./simulation-options.js";

/** What each type expresses. */
export interface ExpressionProfiles {
  /** K x G, row-major: the share of a type's counts that falls on a gene; rows sum to 1. */
  readonly values: Float64Array;
  /** For each gene the type it marks, or -1. */
  readonly markerType: Int32Array;
}

/** Gene means that all types share, a little noise per type, and markers that are `markerFold` times higher in one type. */
export function buildProfiles(options: SimulationOptions): ExpressionProfiles {
  const { geneCount, typeCount, typeVariation, markerFold } = options;
  const stream = buildStream();
  startStream(stream, streamKey(options.seed, PURPOSE.baseline), 0);
  const baseline = new Float64Array(geneCount);
  for (let gene = 0; gene < geneCount; gene++) {
    baseline[gene] = nextLogNormal(stream, options.baselineVariation);
  }
  const markerType = chooseMarkers(options);
  const values = new Float64Array(typeCount * geneCount);
  for (let type = 0; type < typeCount; type++) {
    startStream(stream, streamKey(options.seed, PURPOSE.typeExpression), type);
    for (let gene = 0; gene < geneCount; gene++) {
      const fold = markerType[gene] === type ? markerFold : 1;
      values[type * geneCount + gene] = baseline[gene] * fold * nextLogNormal(stream, typeVariation);
    }
  }
  normalizeRows(values, geneCount);
  return { values, markerType };
}

/** The profiles as another platform sees them: every gene scaled by a factor of its own, the same in all types. */
export function platformProfiles(values: Float64Array, options: SimulationOptions): Float64Array {
  const { geneCount, platformEffect } = options;
  if (platformEffect === 0) return values;
  const stream = buildStream();
  startStream(stream, streamKey(options.seed, PURPOSE.platform), 0);
  const factors = new Float64Array(geneCount);
  for (let gene = 0; gene < geneCount; gene++) factors[gene] = nextLogNormal(stream, platformEffect);
  const scaled = values.map((value, i) => value * factors[i % geneCount]);
  normalizeRows(scaled, geneCount);
  return scaled;
}

/** Deals `markerFraction` of the genes, in random order, to the types in equal parts. */
function chooseMarkers({ geneCount, typeCount, markerFraction, seed }: SimulationOptions): Int32Array {
  const stream = buildStream();
  startStream(stream, streamKey(seed, PURPOSE.markers), 0);
  const genes = Int32Array.from({ length: geneCount }, (_, gene) => gene);
  for (let i = geneCount - 1; i > 0; i--) {
    const j = nextBelow(stream, i + 1);
    [genes[i], genes[j]] = [genes[j], genes[i]];
  }
  const markersPerType = Math.floor((geneCount * markerFraction) / typeCount);
  const markerType = new Int32Array(geneCount).fill(-1);
  for (let i = 0; i < markersPerType * typeCount; i++) markerType[genes[i]] = i % typeCount;
  return markerType;
}

function normalizeRows(values: Float64Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += values[i];
    for (let i = start; i < start + width; i++) values[i] /= sum;
  }
}
