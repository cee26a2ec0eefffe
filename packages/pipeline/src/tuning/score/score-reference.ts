import type { CsrChunk, ReferenceSignature } from "@flashdeconv/core";
import { breather, freeArray } from "@flashdeconv/core/internal";
import { bestBulk, buildCountModel, correctPlatform, expressionProfiles } from "@flashdeconv/solver-weighted";
import type { ReferenceScore } from "../../contracts/score.js";
import { ENOUGH_EVIDENCE, LEAST_EXPLAINED } from "../../stages/keep/score-facts.js";
import { geneTotals } from "../../stages/survey/sample-totals.js";
import { overdispersionOf } from "../estimate-overdispersion.js";
import { fitGroups, groupModel } from "./fit-groups.js";
import { groupSpots } from "./pool-spots.js";
import { rankCorrelation } from "./rank-correlation.js";
import { type Halves, replicatedVariation } from "./replicated-variation.js";
import { scramble } from "./scramble.js";
import { groupSize, splitGroups } from "./split-groups.js";

/** References with scrambled gene names, whose scores are what chance gives: at least so many, and more where they cost nothing. */
const SCRAMBLED = { least: 3, most: 12, numbers: 120_000, mixRounds: 30 };
/** Standard deviations of their scores that a score must be above their mean, not to be one of chance itself. */
const BEYOND_CHANCE = 3;
/** Groups of spots per type below which the best directions explain what no reference could: overdispersion is in both halves. */
const PLACES_PER_TYPE = 20;
/** Observed and expected counts of a gene together, above which the two are compared. */
const COMPARED = 20;
/** Genes that a rank correlation needs. */
const FEWEST_COMPARED = 10;

const RED = { explained: LEAST_EXPLAINED, bulk: 0.25 };
const AMBER = { explained: 0.5, bulk: 0.5 };

export interface ScoreInput {
  /** Mean raw counts per type over the genes in use. K x G */
  readonly signature: ReferenceSignature;
  /** Raw counts of a sample of spots over the same genes. */
  readonly counts: CsrChunk;
  /** Their numbers in the section. */
  readonly spots: Int32Array;
  /** How spots are fitted, where that is known: the types' shares of genes, K x G, and the overdispersion of counts. */
  readonly fitted: { readonly profiles: Float64Array; readonly overdispersion: number } | undefined;
  /** An order of the rows that keeps close ones together. */
  readonly order: Int32Array | undefined;
  /** As in ReferenceScore. */
  readonly sharedCounts: number | null;
}

export interface ScoreControl {
  /** Of the scrambled names and of nothing else; 0 by default. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * How much of the differences between places, as far as mixes of K types could explain any, the types of this reference do: 1 for all, 0 for
 * no more than a reference with scrambled gene names. All of it is judged on counts split in two, so noise counts for nothing.
 */
export async function scoreReference(
  input: ScoreInput,
  { seed = 0, signal }: ScoreControl = {},
): Promise<ReferenceScore> {
  const turns = breather(signal);
  const { signature, counts, spots, order, sharedCounts } = input;
  const { typeNames, values } = signature;
  const typeCount = typeNames.length;
  const bulk = geneTotals(counts);
  const total = bulk.reduce((sum, count) => sum + count, 0);
  const bulkCorrelation = compareBulks(values, typeCount, bulk, total);
  const meanDepth = total / counts.spotCount;
  const groups = groupSpots(counts.spotCount, groupSize(meanDepth), order);
  const { groupCount } = groups;
  const none = { explained: null, scrambled: null, evidence: 0, bulkCorrelation, sharedCounts, groupCount };
  if (typeCount < 2 || !(total > 0)) return judged(none);
  // What is as large as the reference is given back at once: by the time it was collected there would be dozens of them.
  const profilesOf = (raw: Float64Array, mixRounds?: number) => {
    const plainProfiles = expressionProfiles(raw, typeCount);
    const corrected = correctPlatform(plainProfiles, typeCount, bulk, mixRounds);
    freeArray(plainProfiles);
    return corrected;
  };
  const profiles = input.fitted?.profiles ?? profilesOf(values);
  const plain = () => buildCountModel(profiles, bulk, { meanDepth, overdispersion: 0 });
  const overdispersion = input.fitted?.overdispersion ?? (await overdispersionOf(counts, plain()));
  const model = buildCountModel(profiles, bulk, { meanDepth, overdispersion });
  freeArray(model.projection);
  await turns();
  const halves = splitGroups({ counts, spots }, groups, model);
  await turns();
  const directionCount = Math.min(typeCount - 1, groups.groupCount - 1);
  const variation = replicatedVariation(halves, directionCount);
  const explainable = sum(variation);
  const spread = Math.sqrt(variation.reduce((all, one) => all + one * one, 0));
  const evidence = spread > 0 ? Math.max(0, explainable / spread) : 0;
  if (!(explainable > 0)) return judged({ ...none, evidence });
  const shareOf = (own: Float64Array) => explainedShare(own, typeCount, halves, explainable);
  const { least, most, numbers } = SCRAMBLED;
  const chanceCount = Math.min(most, Math.max(least, Math.floor(numbers / values.length)));
  // Of many genes chance explains next to nothing, however well its mix fits the bulk.
  const mixRounds = chanceCount > least ? undefined : SCRAMBLED.mixRounds;
  const chances = new Float64Array(chanceCount);
  for (let i = 0; i < chanceCount; i++) {
    await turns();
    const scrambledValues = scramble(values, typeCount, seed * most + i);
    const own = profilesOf(scrambledValues, mixRounds);
    chances[i] = shareOf(own);
    freeArray(scrambledValues);
    freeArray(own);
  }
  const scrambled = sum(chances) / chanceCount;
  const deviation = Math.sqrt(
    chances.reduce((all, one) => all + (one - scrambled) ** 2, 0) / (chanceCount - 1),
  );
  const share = shareOf(profiles);
  const explained = scrambled < 1 ? Math.max(0, (share - scrambled) / (1 - scrambled)) : 0;
  const isChance = share <= scrambled + BEYOND_CHANCE * deviation;
  const isFew = groupCount < PLACES_PER_TYPE * typeCount;
  return judged({ ...none, explained, scrambled, evidence }, { isChance, isFew });
}

interface Judging {
  /** Whether scrambled gene names explain as much. */
  readonly isChance: boolean;
  /** Whether the places are so few that as many directions as types explain any differences between them. */
  readonly isFew: boolean;
}

/** Few counts and few places say little against a reference by themselves: there its genes' order has to as well. */
function judged(
  found: Omit<ReferenceScore, "level">,
  { isChance, isFew }: Judging = { isChance: false, isFew: true },
): ReferenceScore {
  const { explained, evidence, bulkCorrelation } = found;
  const isEnough = evidence >= ENOUGH_EVIDENCE;
  const explains = (least: number) => explained === null || explained >= least;
  const isAlike = (least: number) => bulkCorrelation === null || bulkCorrelation >= least;
  const isRed =
    !isAlike(RED.bulk) ||
    (!isAlike(AMBER.bulk) && !explains(RED.explained)) ||
    (isEnough && (isChance || (!isFew && !explains(RED.explained))));
  if (isRed) return { ...found, level: "red" };
  const isGreen = isEnough && explains(AMBER.explained) && isAlike(AMBER.bulk);
  return { ...found, level: isGreen ? "green" : "amber" };
}

/** Squared cosine between the differences that fits predict and those that both halves have. */
function explainedShare(
  profiles: Float64Array,
  typeCount: number,
  halves: Halves,
  explainable: number,
): number {
  const { sizes } = halves;
  const model = groupModel(profiles, typeCount, halves);
  const { gram } = model;
  const [a, b] = [halves.first, halves.second].map((half) => {
    const { seen, mix } = fitGroups(half, model, sizes);
    return { seen, mix: lessMean(mix, typeCount, sizes) };
  });
  freeArray(model.projection);
  let agreement = 0;
  let predicted = 0;
  for (let i = 0; i < sizes.length; i++) {
    for (let k = 0; k < typeCount; k++) {
      const at = i * typeCount + k;
      agreement += (sizes[i] * (b.seen[at] * a.mix[at] + a.seen[at] * b.mix[at])) / 2;
      let product = 0;
      for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * b.mix[i * typeCount + l];
      predicted += sizes[i] * a.mix[at] * product;
    }
  }
  if (!(agreement > 0 && predicted > 0)) return 0;
  return Math.min(1, (agreement * agreement) / (predicted * explainable));
}

/** Mixes of groups less their mean. */
function lessMean(mix: Float64Array, typeCount: number, sizes: Float64Array): Float64Array {
  const means = new Float64Array(typeCount);
  let weight = 0;
  for (let i = 0; i < sizes.length; i++) {
    if (sizes[i] === 0) continue;
    weight += sizes[i];
    for (let k = 0; k < typeCount; k++) means[k] += sizes[i] * mix[i * typeCount + k];
  }
  return mix.map((share, at) =>
    sizes[Math.floor(at / typeCount)] === 0 ? 0 : share - means[at % typeCount] / weight,
  );
}

/** Rank correlation over genes of the sample's totals and those of the best mix of types, as the reference has them. */
function compareBulks(
  values: Float64Array,
  typeCount: number,
  bulk: Float64Array,
  total: number,
): number | null {
  if (!(total > 0)) return null;
  const expected = bestBulk(values, typeCount, bulk);
  const genes = [...bulk.keys()].filter((g) => bulk[g] + total * expected[g] > COMPARED);
  if (genes.length < FEWEST_COMPARED) return null;
  return rankCorrelation(
    Float64Array.from(genes, (g) => bulk[g]),
    Float64Array.from(genes, (g) => expected[g]),
  );
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}
