import type { CsrChunk } from "@flashdeconv/core";
import {
  buildStream,
  nextBelow,
  nextLogarithmic,
  nextPoisson,
  nextUniform,
  portableExp,
  portableLog,
  portableLog1p,
  type RandomStream,
  startStream,
  streamKey,
} from "@flashdeconv/core/internal";
import type { AdaptedCells } from "./cells-by-type.js";

export interface PseudoTissue {
  /** M x K that its counts were drawn from. */
  readonly truth: Float64Array;
  readonly counts: CsrChunk;
}

export interface PseudoTissueRequest {
  /** M x K to draw compositions from; a row that is not numbers stands for the mean of the others. */
  readonly proportions: Float64Array;
  /** M counts of the spots. */
  readonly depths: Float64Array;
  /** K x G shares that spots are fitted with. */
  readonly profiles: Float64Array;
  /** Undefined where there are no cells. */
  readonly cells: AdaptedCells | undefined;
  /** Cells of a spot; undefined where composition and cells are not drawn, being endless. */
  readonly cellsPerSpot: number | undefined;
  /** Overdispersion of counts around what the cells have. */
  readonly overdispersion: number;
  /** Tells one pseudo-tissue from another. */
  readonly seed: number;
}

const PURPOSE = 31;

/** Spots of known composition, as like those of the section as what is known of them allows. */
export function drawPseudoTissue(request: PseudoTissueRequest): PseudoTissue {
  const { proportions, depths, profiles, cellsPerSpot, overdispersion, seed } = request;
  const spotCount = depths.length;
  const typeCount = proportions.length / spotCount;
  const geneCount = profiles.length / typeCount;
  const truth = rowsOfNumbers(proportions, typeCount);
  const key = streamKey(seed, PURPOSE);
  const stream = buildStream();
  const further = cellsPerSpot === undefined ? undefined : furtherCells(cellsPerSpot);
  const expected = new Float64Array(geneCount);
  const drawn = new Int32Array(typeCount);
  const indptr = new Int32Array(spotCount + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let spot = 0; spot < spotCount; spot++) {
    startStream(stream, key, spot);
    const row = truth.subarray(spot * typeCount, (spot + 1) * typeCount);
    expected.fill(0);
    if (further !== undefined) drawCells(stream, row, 1 + nextPoisson(stream, further), drawn);
    for (let k = 0; k < typeCount; k++) {
      if (row[k] > 0)
        addType(request, stream, { type: k, amount: depths[spot] * row[k], cellCount: drawn[k] }, expected);
    }
    drawCounts(stream, expected, overdispersion, (gene, count) => {
      indices.push(gene);
      values.push(count);
    });
    indptr[spot + 1] = indices.length;
  }
  const shape = { kind: "csr", spotStart: 0, spotCount, width: geneCount } as const;
  const counts = { ...shape, indptr, indices: Int32Array.from(indices), values: Float64Array.from(values) };
  return { truth, counts };
}

function rowsOfNumbers(rows: Float64Array, width: number): Float64Array {
  const own = rows.slice();
  const mean = new Float64Array(width);
  let count = 0;
  for (let at = 0; at < own.length; at += width) {
    if (Number.isNaN(own[at])) continue;
    for (let k = 0; k < width; k++) mean[k] += own[at + k];
    count++;
  }
  for (let at = 0; at < own.length; at += width) {
    if (!Number.isNaN(own[at])) continue;
    for (let k = 0; k < width; k++) own[at + k] = count > 0 ? mean[k] / count : 1 / width;
  }
  return own;
}

/** How many cells a spot has on average beside the first, so that compositions vary as those of c cells do: the mean of 1 / (1 + Poisson) is 1 / c. */
function furtherCells(cellsPerSpot: number): number {
  let mean = cellsPerSpot;
  for (let i = 0; i < 100; i++) mean = cellsPerSpot * (1 - portableExp(-mean));
  return mean;
}

/** The types of so many cells, and the proportions that they make in place of those that they were drawn from. */
function drawCells(stream: RandomStream, row: Float64Array, cellCount: number, drawn: Int32Array): void {
  drawn.fill(0);
  const last = row.length - 1;
  for (let cell = 0; cell < cellCount; cell++) {
    let rest = nextUniform(stream);
    let k = 0;
    while (k < last && rest >= row[k]) rest -= row[k++];
    // Rounding may leave a rest behind the last type that is there.
    while (k > 0 && row[k] === 0) k--;
    drawn[k]++;
  }
  for (let k = 0; k < row.length; k++) row[k] = drawn[k] / cellCount;
}

interface TypeInSpot {
  readonly type: number;
  /** Counts that are expected of it. */
  readonly amount: number;
  /** Cells of it. */
  readonly cellCount: number;
}

/** Adds what is expected of a type: of cells of it, or of its mean. */
function addType(
  { cells, profiles, cellsPerSpot }: PseudoTissueRequest,
  stream: RandomStream,
  { type, amount, cellCount }: TypeInSpot,
  expected: Float64Array,
): void {
  const geneCount = expected.length;
  const own = cellsPerSpot === undefined ? undefined : cells?.types[type];
  if (own && cells) {
    const { indptr, indices, values, totals } = cells;
    const times = new Int32Array(own.end - own.first);
    for (let i = 0; i < cellCount; i++) times[nextBelow(stream, times.length)]++;
    let total = 0;
    for (let i = 0; i < times.length; i++) total += times[i] * totals[own.first + i];
    for (let i = 0; i < times.length && total > 0; i++) {
      if (times[i] === 0) continue;
      const scale = (amount * times[i]) / total;
      const cell = own.first + i;
      for (let e = indptr[cell]; e < indptr[cell + 1]; e++) expected[indices[e]] += scale * values[e];
    }
    if (total > 0) return;
  }
  const row = type * geneCount;
  for (let g = 0; g < geneCount; g++) expected[g] += amount * profiles[row + g];
}

/** Above so many counts that are expected of a gene their number is drawn by itself. */
const MANY = 8;

/**
 * Counts around what is expected, Poisson or negative binomial: a Poisson number of clusters, each of a logarithmic number of counts. The
 * clusters of all genes lie along one line, at distances that are exponential, so genes without any cost next to nothing.
 */
function drawCounts(
  stream: RandomStream,
  expected: Float64Array,
  overdispersion: number,
  take: (gene: number, count: number) => void,
): void {
  const next = () => -portableLog(nextUniform(stream));
  let wait = next();
  for (let g = 0; g < expected.length; g++) {
    const mean = expected[g];
    if (!(mean > 0)) continue;
    const odds = overdispersion * mean;
    const rate = odds > 0 ? portableLog1p(odds) / overdispersion : mean;
    let clusters = 0;
    if (rate > MANY) clusters = nextPoisson(stream, rate);
    else {
      let left = rate;
      while (wait < left) {
        left -= wait;
        clusters++;
        wait = next();
      }
      wait -= left;
    }
    let count = odds > 0 ? 0 : clusters;
    for (let i = 0; odds > 0 && i < clusters; i++) count += nextLogarithmic(stream, odds);
    if (count > 0) take(g, count);
  }
}
