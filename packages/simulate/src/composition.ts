import {
  buildStream,
  nextUniform,
  type RandomStream,
  type StreamKey,
  startStream,
  streamKey,
} from "@flashdeconv/core/internal";
import {
  buildDomainMix,
  type DomainField,
  type DomainMix,
  domainScores,
  findDomains,
} from "./domain-scores.js";
import { PURPOSE } from "./purpose.js";
import type { SimulationOptions } from "./simulation-options.js";
import { buildSpotLattice, latticeX, latticeY, type SpotLattice } from "./spot-lattice.js";

/** A smaller share becomes none at all: a spot holds some ten cells, not hundredths of one. */
const LEAST_SHARE = 0.01;

/** Where all types may be in one spot, the floor is this far below the lowest score, so that two types still blend. */
const BLEND = 0.1;

/** Gives the true proportions of any spot. Its buffers are reused from spot to spot. */
export interface CompositionModel {
  readonly options: SimulationOptions;
  readonly lattice: SpotLattice;
  readonly field: DomainField;
  readonly spotKey: StreamKey;
  readonly stream: RandomStream;
  /** First type with a domain of its own: 1 where type 0 is the rare one. */
  readonly firstType: number;
  readonly domains: DomainMix;
  /** One score per type with a domain. */
  readonly scores: Float64Array;
  /** What the spot adds to them. */
  readonly variation: Float64Array;
  /** Shares of the types in one of the spot's domains. */
  readonly shares: Float64Array;
  /** The greatest scores of the spot, descending: one more than it may hold types. */
  readonly greatest: Float64Array;
}

export function buildComposition(options: SimulationOptions): CompositionModel {
  const firstType = options.rareTypeFraction > 0 && options.typeCount > 1 ? 1 : 0;
  const domainTypeCount = options.typeCount - firstType;
  return {
    options,
    lattice: buildSpotLattice(options.spotCount),
    field: { key: streamKey(options.seed, PURPOSE.domains), options },
    spotKey: streamKey(options.seed, PURPOSE.composition),
    stream: buildStream(),
    firstType,
    domains: buildDomainMix(),
    scores: new Float64Array(domainTypeCount),
    variation: new Float64Array(domainTypeCount),
    shares: new Float64Array(domainTypeCount),
    greatest: new Float64Array(Math.min(options.typesPerSpot + 1, domainTypeCount)),
  };
}

/** Writes the K proportions of a spot to `out[offset ..]`; they sum to 1. */
export function fillProportions(
  model: CompositionModel,
  spot: number,
  out: Float64Array,
  offset: number,
): void {
  const { options, lattice, stream, firstType, domains, field, scores, variation, shares } = model;
  startStream(stream, model.spotKey, spot);
  const isRare = nextUniform(stream) < options.rareTypeFraction;
  const rareShare = 0.1 + 0.3 * nextUniform(stream);

  for (let i = 0; i < variation.length; i++) {
    variation[i] = options.spotVariation * (nextUniform(stream) - 0.5);
  }

  const domainShare = firstType === 1 && isRare ? 1 - rareShare : 1;
  out.fill(0, offset, offset + options.typeCount);
  if (firstType === 1) out[offset] = 1 - domainShare;
  domains.x = latticeX(lattice, spot) / options.domainScale;
  domains.y = latticeY(lattice, spot) / options.domainScale;
  findDomains(field, domains);
  for (let domain = 0; domain < domains.count; domain++) {
    domainScores(field, domains, domain, scores);
    for (let i = 0; i < scores.length; i++) scores[i] += variation[i];
    shareOut(model, domainShare * domains.weights[domain]);
    for (let i = 0; i < shares.length; i++) out[offset + firstType + i] += shares[i];
  }
  if (options.leastShare > 0) keepFew(model, isRare, out.subarray(offset, offset + options.typeCount));
}

/**
 * Of a spot's types some are left, those of the greatest shares, and the rare one where it is there; each gets the least share, and all a part
 * of the rest, drawn evenly.
 */
function keepFew({ options, stream, firstType }: CompositionModel, isRare: boolean, all: Float64Array): void {
  const { typesPerSpot, leastShare } = options;
  const wanted = 1 + Math.floor(typesPerSpot * nextUniform(stream));
  const kept: number[] = firstType === 1 && isRare ? [0] : [];
  while (kept.length < wanted) {
    let next = -1;
    for (let k = firstType; k < all.length; k++) {
      if (all[k] > 0 && !kept.includes(k) && (next < 0 || all[k] > all[next])) next = k;
    }
    if (next < 0) break;
    kept.push(next);
  }
  // The rest of the stick is cut at points that are drawn evenly.
  const cuts = Array.from({ length: kept.length - 1 }, () => nextUniform(stream)).sort((a, b) => a - b);
  const rest = 1 - kept.length * leastShare;
  all.fill(0);
  let from = 0;
  for (const [i, type] of kept.entries()) {
    const to = cuts[i] ?? 1;
    all[type] = leastShare + rest * (to - from);
    from = to;
  }
}

/**
 * Turns the scores into shares that sum to `total`: the square of a score's height over the greatest score that is left out. So
 * a type fades to nothing before another takes its place, and at most `typesPerSpot` are there.
 */
function shareOut(model: CompositionModel, total: number): void {
  const { scores, shares } = model;
  const floor = findFloor(model);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const height = Math.max(scores[i] - floor, 0);
    shares[i] = height * height;
    sum += height * height;
  }
  const least = LEAST_SHARE * sum;
  let kept = 0;
  for (let i = 0; i < scores.length; i++) {
    if (shares[i] < least) shares[i] = 0;
    kept += shares[i];
  }
  for (let i = 0; i < scores.length; i++) shares[i] *= total / kept;
}

/** The score at which a type's share is nothing. */
function findFloor({ options, scores, greatest }: CompositionModel): number {
  greatest.fill(Number.NEGATIVE_INFINITY);
  const last = greatest.length - 1;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] <= greatest[last]) continue;
    let place = last;
    for (; place > 0 && greatest[place - 1] < scores[i]; place--) greatest[place] = greatest[place - 1];
    greatest[place] = scores[i];
  }
  const margin = scores.length > options.typesPerSpot ? 0 : BLEND;
  // The last term keeps the sum of heights above 0 where all scores are equal.
  return greatest[last] - margin - 1e-6;
}
