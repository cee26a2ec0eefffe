import { breather, freeArray } from "@flashdeconv/core/internal";
import { buildCountModel, expressionProfiles, platformFactors } from "@flashdeconv/solver-weighted";
import type { ConfusionStratum, TypeConfusion } from "../../contracts/confusion.js";
import type { HalfCells } from "../../contracts/inputs.js";
import { geneTotals } from "../../stages/survey/sample-totals.js";
import { fitAlone, overdispersionOf } from "../estimate-overdispersion.js";
import { type CellsToMix, type MixedSpots, mixCells } from "./mix-cells.js";

/** Spots that are mixed in all: more where there are many types. */
const SPOTS = { least: 1200, most: 4000, perType: 60 };
/** Parts of equal numbers of spots that depths are divided into. */
const STRATA = 3;

export interface TypesToTry {
  /** Over the genes in use. */
  readonly halves: HalfCells;
  readonly typeNames: readonly string[];
}

/** What is known of the spots that types are to be told apart in. */
export interface SpotsToImitate {
  /** Their counts in the genes in use, in any order. */
  readonly depths: Float64Array;
  /** G: totals of these genes, for their weights and for what another chemistry makes of the reference; left out, those of the mixtures. */
  readonly bulk?: Float64Array;
  /** Whether the reference is taken as it is, of the section's chemistry; false by default. */
  readonly isOneChemistry?: boolean;
}

export interface MeasureControl {
  /** Of the mixtures; 0 by default. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * How estimates mistake types for each other: spots of known composition are mixed of single cells of one half, at the depths of a section,
 * and fitted with the means of the other half, each by itself, as by `weighted`; half of the spots the other way round.
 *
 * @param seed of the mixtures
 */
export async function measureConfusion(
  { halves, typeNames }: TypesToTry,
  { depths, bulk, isOneChemistry }: SpotsToImitate,
  { seed = 0, signal }: MeasureControl = {},
): Promise<TypeConfusion> {
  const turns = breather(signal);
  const factors = factorsFor(halves, isOneChemistry ? undefined : bulk);
  await turns();
  const folds = [0, 1].map((half) => foldOf(halves, half, factors));
  const isJudged = typeNames.map((_, k) => folds.some(({ cellsOf }) => cellsOf[k].length > 0));
  const sorted = depths.filter((depth) => depth > 0).sort();
  const judgedCount = isJudged.filter(Boolean).length;
  if (judgedCount < 2 || sorted.length === 0) return { typeNames, isJudged, strata: [] };
  const edges = depthEdges(sorted);
  const wanted = Math.min(SPOTS.most, Math.max(SPOTS.least, SPOTS.perType * judgedCount));
  const spotCount = Math.ceil(wanted / (folds.length * edges.length));
  const strata: ConfusionStratum[] = [];
  const weighing: Weighing = { bulk };
  for (const [i, [from, to]] of edges.entries()) {
    const range = sorted.subarray(from, to);
    const own = Float64Array.from(
      { length: spotCount },
      (_, j) => range[Math.floor(((j + 0.5) / spotCount) * range.length)],
    );
    const size = typeNames.length ** 2;
    const sums = { truths: new Float64Array(size), crossed: new Float64Array(size) };
    for (const [half, fold] of folds.entries()) {
      await turns();
      const spots = mixCells(fold, own, seed + folds.length * i + half);
      await turns();
      addProducts(sums, spots.truth, await fitSpots(spots, fold, weighing));
    }
    strata.push({ least: range[0], depth: range[range.length >> 1], ...sums });
  }
  return { typeNames, isJudged, strata };
}

/** What is tried of one half: means of one, and cells of the other of the types that have means. */
interface Fold extends CellsToMix {
  /** K x G, rows sum to 1: those of types that have any. */
  readonly profiles: Float64Array;
  /** By row of the profiles the type. */
  readonly types: Int32Array;
}

/** Rounds for the mix of the section: factors are wanted roughly. */
const FACTOR_ROUNDS = 30;

/** What the section's chemistry makes of each gene, by all cells. */
function factorsFor({ sums, geneCount }: HalfCells, bulk: Float64Array | undefined): Float64Array {
  if (!bulk) return new Float64Array(geneCount).fill(1);
  const all = sums[0].map((sum, i) => sum + sums[1][i]);
  const typeCount = all.length / geneCount;
  const profiles = expressionProfiles(all, typeCount);
  const factors = platformFactors(profiles, typeCount, bulk, FACTOR_ROUNDS);
  for (const array of [all, profiles]) freeArray(array);
  return factors;
}

function foldOf(
  { sums, cells, types, halves, geneCount }: HalfCells,
  half: number,
  factors: Float64Array,
): Fold {
  const typeCount = sums[0].length / geneCount;
  const rowOf = (k: number) => sums[1 - half].subarray(k * geneCount, (k + 1) * geneCount);
  const known = Int32Array.from({ length: typeCount }, (_, k) => k).filter((k) =>
    rowOf(k).some((sum) => sum > 0),
  );
  const cellsOf = Array.from({ length: typeCount }, (): number[] => []);
  for (const [cell, type] of types.entries()) {
    // Without a count in the genes in use a cell adds nothing.
    const hasCounts = cells.indptr[cell + 1] > cells.indptr[cell];
    if (halves[cell] === half && hasCounts && known.includes(type)) cellsOf[type].push(cell);
  }
  const means = new Float64Array(known.length * geneCount);
  for (const [row, k] of known.entries()) means.set(rowOf(k), row * geneCount);
  const profiles = expressionProfiles(means, known.length);
  for (const [i, share] of profiles.entries()) profiles[i] = share * factors[i % geneCount];
  const adapted = expressionProfiles(profiles, known.length);
  for (const array of [means, profiles]) freeArray(array);
  return { profiles: adapted, types: known, cells, cellsOf, factors };
}

/** Where sorted depths are cut: fewer parts where they do not differ. */
function depthEdges(sorted: Float64Array): [number, number][] {
  const edges: [number, number][] = [];
  for (let i = 0, from = 0; i < STRATA; i++) {
    let to = Math.round(((i + 1) * sorted.length) / STRATA);
    while (to < sorted.length && to > from && sorted[to] === sorted[to - 1]) to++;
    if (to <= from) continue;
    edges.push([from, to]);
    from = to;
  }
  return edges;
}

/** What the weights of genes follow from. */
interface Weighing {
  readonly bulk: Float64Array | undefined;
  /** Of the first mixtures, once they were made. */
  overdispersion?: number;
}

/** N x K proportions; 0 for a spot in which nothing was found. */
async function fitSpots(
  { counts }: MixedSpots,
  { profiles, types, cellsOf }: Fold,
  weighing: Weighing,
): Promise<Float64Array> {
  const { spotCount } = counts;
  const rowCount = types.length;
  const own = geneTotals(counts);
  const meanDepth = own.reduce((sum, count) => sum + count, 0) / spotCount;
  const bulk = weighing.bulk ?? own;
  const modelFor = (overdispersion: number) => buildCountModel(profiles, bulk, { meanDepth, overdispersion });
  weighing.overdispersion ??= await overdispersionOf(counts, modelFor(0));
  const model = modelFor(weighing.overdispersion);
  const abundance = await fitAlone(counts, model);
  freeArray(model.projection);
  const typeCount = cellsOf.length;
  const estimates = new Float64Array(spotCount * typeCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const row = abundance.subarray(spot * rowCount, (spot + 1) * rowCount);
    let total = 0;
    for (const amount of row) total += amount;
    if (!(total > 0)) continue;
    for (const [i, type] of types.entries()) estimates[spot * typeCount + type] = row[i] / total;
  }
  return estimates;
}

/** Adds up T'T and T'P, from which the regression of estimates P on truths T follows for any grouping of types. */
function addProducts(
  { truths, crossed }: Pick<ConfusionStratum, "truths" | "crossed">,
  truth: Float64Array,
  estimates: Float64Array,
): void {
  const typeCount = Math.sqrt(truths.length);
  for (let at = 0; at < truth.length; at += typeCount) {
    for (let k = 0; k < typeCount; k++) {
      const share = truth[at + k];
      if (share === 0) continue;
      for (let l = 0; l < typeCount; l++) {
        truths[k * typeCount + l] += share * truth[at + l];
        crossed[k * typeCount + l] += share * estimates[at + l];
      }
    }
  }
}
