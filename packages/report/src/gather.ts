import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { Raster } from "@flashdeconv/maps";
import { mismatchIn, type ReportInput, type SpotGroups } from "./report-input.js";

/** Bins of a histogram of proportions, on the scale of their square roots: most are near 0. */
export const BIN_COUNT = 512;
/** Spots that correlations are taken from. */
const MOST_SAMPLED = 50_000;

/** What one pass over the proportions leaves. */
export interface Gathered {
  readonly spotCount: number;
  /** Spots with an answer from a reference that describes them. */
  readonly answered: number;
  /** Spots whose reference does not describe them. */
  readonly mismatched: number;
  /** Per type: sum, spots above 5 % and 25 %, spots where it is the largest, histogram (K x BIN_COUNT). */
  readonly sums: Float64Array;
  readonly above5: Float64Array;
  readonly above25: Float64Array;
  readonly dominantIn: Float64Array;
  readonly histograms: Float64Array;
  /** Per spot: the largest type (-1 without an answer), its share, and 1 / sum p^2. */
  readonly dominant: Int16Array | Int32Array;
  readonly topShare: Float32Array;
  readonly effective: Float32Array;
  /** Correlation of types, K x K; NaN of a type that does not vary. */
  readonly correlations: Float64Array;
  /** Sums of proportions for each region of each column, and spots. */
  readonly regions: readonly { readonly sums: Float64Array; readonly counts: Float64Array }[];
}

/** Proportions summed at the sites of a raster. */
export interface SiteSums {
  /** Sites x K. */
  readonly sums: Float32Array;
  readonly counts: Float32Array;
}

/** Reads all proportions once, and never holds them. */
export async function gather(
  { proportions, typeNames, regions = [], statuses }: ReportInput,
  raster: Raster | undefined,
  signal?: AbortSignal,
): Promise<{ gathered: Gathered; sites: SiteSums | undefined }> {
  const { spotCount } = proportions;
  const width = typeNames.length;
  const perType = () => new Float64Array(width);
  const facts = {
    sums: perType(),
    above5: perType(),
    above25: perType(),
    dominantIn: perType(),
    histograms: new Float64Array(width * BIN_COUNT),
    dominant: (width < 2 ** 15 ? new Int16Array(spotCount) : new Int32Array(spotCount)).fill(-1),
    topShare: new Float32Array(spotCount).fill(Number.NaN),
    effective: new Float32Array(spotCount).fill(Number.NaN),
  };
  const byRegion = regions.map(({ categories }) => ({
    sums: new Float64Array(categories.length * width),
    counts: new Float64Array(categories.length),
  }));
  const products = new Products(width);
  const step = Math.max(1, Math.ceil(spotCount / MOST_SAMPLED));
  const sites = raster && emptySites(raster, width);
  const isMismatch = mismatchIn({ statuses });
  let answered = 0;
  let mismatched = 0;
  // A function of its own: what loops between awaits is slow and leaves garbage.
  const add = ({ spotStart, spotCount: rows, values }: DenseChunk) => {
    for (let row = 0; row < rows; row++) {
      const at = row * width;
      const spot = spotStart + row;
      if (isMismatch(spot)) mismatched++;
      if (Number.isNaN(values[at]) || isMismatch(spot)) continue;
      answered++;
      addRow(facts, values, at, spot);
      if (spot % step === 0) products.add(values, at);
      if (raster && sites) addSite(sites, raster.siteOf(spot), values, at);
      for (let i = 0; i < regions.length; i++)
        addRegion(byRegion[i], regions[i], spot, { values, at, width });
    }
  };
  for await (const chunk of proportions.chunks({ signal })) add(chunk);
  const correlations = products.correlations();
  return { gathered: { ...facts, spotCount, answered, mismatched, correlations, regions: byRegion }, sites };
}

type Facts = Omit<Gathered, "spotCount" | "answered" | "mismatched" | "correlations" | "regions">;

function addRow(facts: Facts, values: ArrayLike<number>, at: number, spot: number): void {
  const { sums, above5, above25, histograms } = facts;
  const width = sums.length;
  let top = 0;
  let topShare = Number.NEGATIVE_INFINITY;
  let squares = 0;
  for (let k = 0; k < width; k++) {
    const value = values[at + k];
    sums[k] += value;
    squares += value * value;
    if (value > 0.05) above5[k]++;
    if (value > 0.25) above25[k]++;
    histograms[k * BIN_COUNT + binOf(value)]++;
    if (value > topShare) {
      top = k;
      topShare = value;
    }
  }
  facts.dominantIn[top]++;
  facts.dominant[spot] = top;
  facts.topShare[spot] = topShare;
  facts.effective[spot] = squares > 0 ? 1 / squares : Number.NaN;
}

function binOf(value: number): number {
  if (!(value > 0)) return 0;
  return Math.min(BIN_COUNT - 1, Math.floor(Math.sqrt(value) * BIN_COUNT));
}

export function emptySites({ siteCount }: Raster, width: number): SiteSums {
  return { sums: new Float32Array(siteCount * width), counts: new Float32Array(siteCount) };
}

export function addSite(
  { sums, counts }: SiteSums,
  site: number,
  values: ArrayLike<number>,
  at: number,
): void {
  const width = sums.length / counts.length;
  counts[site]++;
  for (let k = 0, to = site * width; k < width; k++, to++) sums[to] += values[at + k];
}

function addRegion(
  { sums, counts }: Gathered["regions"][number],
  { codes }: SpotGroups,
  spot: number,
  { values, at, width }: { values: ArrayLike<number>; at: number; width: number },
): void {
  const code = codes[spot];
  if (code < 0) return;
  counts[code]++;
  for (let k = 0; k < width; k++) sums[code * width + k] += values[at + k];
}

/** Sums over all spots with an answer of another table of spots by types. */
export async function gatherSums(
  table: ChunkSource<DenseChunk>,
  { signal, statuses }: Pick<ReportInput, "statuses"> & { readonly signal?: AbortSignal },
): Promise<Float64Array> {
  const { width } = table;
  const sums = new Float64Array(width);
  const isMismatch = mismatchIn({ statuses });
  const add = ({ spotStart, spotCount, values }: DenseChunk) => {
    for (let row = 0, at = 0; row < spotCount; row++, at += width) {
      if (Number.isNaN(values[at]) || isMismatch(spotStart + row)) continue;
      for (let k = 0; k < width; k++) sums[k] += values[at + k];
    }
  };
  for await (const chunk of table.chunks({ signal })) add(chunk);
  return sums;
}

/** Sums of products of types, for their correlations. */
class Products {
  #count = 0;
  readonly #sums: Float64Array;
  readonly #products: Float64Array;

  constructor(readonly width: number) {
    this.#sums = new Float64Array(width);
    this.#products = new Float64Array(width * width);
  }

  add(values: ArrayLike<number>, at: number): void {
    const { width } = this;
    this.#count++;
    for (let a = 0; a < width; a++) {
      const value = values[at + a];
      this.#sums[a] += value;
      for (let b = 0; b <= a; b++) this.#products[a * width + b] += value * values[at + b];
    }
  }

  correlations(): Float64Array {
    const { width } = this;
    const covariance = (a: number, b: number) =>
      this.#products[a * width + b] / this.#count -
      (this.#sums[a] / this.#count) * (this.#sums[b] / this.#count);
    const found = new Float64Array(width * width);
    for (let a = 0; a < width; a++) {
      for (let b = 0; b <= a; b++) {
        const scale = Math.sqrt(covariance(a, a) * covariance(b, b));
        const value = scale > 1e-12 ? Math.max(-1, Math.min(1, covariance(a, b) / scale)) : Number.NaN;
        found[a * width + b] = value;
        found[b * width + a] = value;
      }
    }
    return found;
  }
}

/** The value that a share of the spots lies below, from a histogram of a type. */
export function quantileOf({ histograms, answered }: Gathered, type: number, share: number): number {
  let left = share * answered;
  for (let bin = 0; bin < BIN_COUNT; bin++) {
    left -= histograms[type * BIN_COUNT + bin];
    if (left <= 0) return bin === 0 ? 0 : ((bin + 1) / BIN_COUNT) ** 2;
  }
  return 0;
}
