import type { MemoryFacts } from "./memory-facts.js";
import {
  CHOICE_SECTIONS,
  CORE_SPOTS,
  KEPT_CELLS,
  KEPT_ENTRIES,
  LEAST_TILE_SPOTS,
  SAMPLE_SPOTS,
  SPARSE_ROW,
  TILE_SPOTS,
  TILE_VALUES,
} from "./sample-size.js";

/** A value of the sample: gathered, joined, over the genes in use, and both halves of it, as far as these are there together. */
const SAMPLED_VALUE_BYTES = 56;
/** The sample's spots may hold more than the mean of all. */
const SAMPLE_SPREAD = 1.5;
/** Statistics and answers of the sample's spots while strengths of smoothing are tried, and what a solve adds, in numbers per type. */
const SAMPLE_NUMBERS = 12;
/** A count of a kept cell, and of its copy over the genes in use. */
const KEPT_VALUE_BYTES = 24;
/** Tables of types and genes that are there while a tissue that was made up is fitted. */
const TISSUE_TABLES = 12;
/** Which spots are taken, for each spot of the section. */
const SAMPLE_PLACE_BYTES = 5;

/** The samples of all sections that a strength is chosen on together. */
export function samplesBytes(facts: MemoryFacts): number {
  const { spotCount, sectionCount = 1 } = facts;
  return (
    Math.min(sectionCount, CHOICE_SECTIONS) *
    sampleBytes({ ...facts, spotCount: Math.ceil(spotCount / sectionCount) })
  );
}

/** The sample on which smoothing, overdispersion and fit are chosen. */
function sampleBytes({ spotCount, geneCount, typeCount, sampledValuesPerSpot }: MemoryFacts): number {
  if (sampledValuesPerSpot === 0) return 0;
  const values = Math.min(SAMPLE_SPREAD * sampledValuesPerSpot, geneCount);
  const numbers = 8 * SAMPLE_NUMBERS * (typeCount + 1);
  const core = Math.min(spotCount, CORE_SPOTS) * (SAMPLED_VALUE_BYTES * values + numbers);
  const others = spotCount > CORE_SPOTS ? Math.min(spotCount, SAMPLE_SPOTS) - CORE_SPOTS : 0;
  const most = others * (SAMPLED_VALUE_BYTES * Math.min(values, SPARSE_ROW) + numbers);
  return core + most + SAMPLE_PLACE_BYTES * spotCount;
}

/** What calibrating intervals takes: cells of the reference, a tissue made of them, and its problem. */
export function intervalBytes({
  hasIntervals = false,
  reference,
  spotCount,
  typeCount,
  geneCount,
  sampledValuesPerSpot,
}: MemoryFacts): number {
  if (!hasIntervals || sampledValuesPerSpot === 0) return 0;
  const cells = reference ? Math.min(KEPT_ENTRIES, KEPT_CELLS * typeCount * geneCount) : 0;
  const tile = Math.min(spotCount, TILE_SPOTS);
  const perSpot = Math.min(SAMPLE_SPREAD * sampledValuesPerSpot, geneCount);
  const values = Math.min(tile * perSpot, Math.max(TILE_VALUES, LEAST_TILE_SPOTS * perSpot));
  const numbers = 8 * SAMPLE_NUMBERS * (typeCount + 1) * tile;
  return (
    KEPT_VALUE_BYTES * cells +
    SAMPLED_VALUE_BYTES * values +
    numbers +
    8 * TISSUE_TABLES * typeCount * geneCount
  );
}
