import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { Raster } from "@flashdeconv/maps";
import { addSite, emptySites, type SiteSums } from "./gather.js";
import { mismatchIn, type ReportInput } from "./report-input.js";

/** Bins of widths, from 0 to 1. */
export const WIDTH_BINS = 1024;

/** What one pass over the bounds of K types leaves. */
export interface Intervals {
  /** Lower bounds summed at the sites of a raster. */
  readonly sites: SiteSums | undefined;
  /** K: in how many spots the lower bound lies above the threshold. */
  readonly above: Float64Array;
  /** Undefined where only lower bounds are known. */
  readonly widths: IntervalWidths | undefined;
}

export interface IntervalWidths {
  /** K: in how many spots only the upper bound lies above the threshold. */
  readonly open: Float64Array;
  /** K x WIDTH_BINS spots. */
  readonly histograms: Float64Array;
  /** WIDTH_BINS intervals of all types, of those that reach above the threshold. */
  readonly reaching: Float64Array;
}

type Bounds = ChunkSource<DenseChunk>;

interface BoundsReading extends Pick<ReportInput, "statuses"> {
  readonly raster: Raster | undefined;
  /** Above which a type is present. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** Reads both bounds once, side by side, and never holds them. */
export async function gatherIntervals(
  low: Bounds,
  high: Bounds | undefined,
  { raster, limit, signal, statuses }: BoundsReading,
): Promise<Intervals> {
  const { width } = low;
  const above = new Float64Array(width);
  const sites = raster && emptySites(raster, width);
  const widths = high && {
    open: new Float64Array(width),
    histograms: new Float64Array(width * WIDTH_BINS),
    reaching: new Float64Array(WIDTH_BINS),
  };
  const isMismatch = mismatchIn({ statuses });
  const add = ({ spotStart, spotCount, lower, upper }: Piece) => {
    for (let row = 0; row < spotCount; row++) {
      const at = row * width;
      if (Number.isNaN(lower[at]) || isMismatch(spotStart + row)) continue;
      for (let k = 0; k < width; k++) if (lower[at + k] > limit) above[k]++;
      if (widths && upper) addWidths(widths, { lower, upper, at, width }, limit);
      if (raster && sites) addSite(sites, raster.siteOf(spotStart + row), lower, at);
    }
  };
  for await (const rows of sideBySide(low, high, signal)) add(rows);
  return { sites, above, widths };
}

interface Row {
  readonly lower: DenseChunk["values"];
  readonly upper: DenseChunk["values"];
  readonly at: number;
  readonly width: number;
}

function addWidths(
  { open, histograms, reaching }: IntervalWidths,
  { lower, upper, at, width }: Row,
  limit: number,
): void {
  for (let k = 0; k < width; k++) {
    const from = lower[at + k];
    const to = upper[at + k];
    const bin = Math.max(0, Math.min(WIDTH_BINS - 1, ((to - from) * WIDTH_BINS) | 0));
    histograms[k * WIDTH_BINS + bin]++;
    if (!(to > limit)) continue;
    reaching[bin]++;
    if (!(from > limit)) open[k]++;
  }
}

interface Piece {
  readonly spotStart: number;
  readonly spotCount: number;
  readonly lower: DenseChunk["values"];
  readonly upper: DenseChunk["values"] | undefined;
}

/** Rows of two tables of the same spots, which may be in other chunks. */
async function* sideBySide(
  low: Bounds,
  high: Bounds | undefined,
  signal?: AbortSignal,
): AsyncGenerator<Piece> {
  const { width } = low;
  const uppers = high?.chunks({ signal })[Symbol.asyncIterator]();
  let upper: DenseChunk | undefined;
  try {
    for await (const { spotStart, spotCount, values } of low.chunks({ signal })) {
      const end = spotStart + spotCount;
      for (let start = spotStart; start < end; ) {
        while (uppers && !(upper && start < upper.spotStart + upper.spotCount)) {
          const { value, done } = await uppers.next();
          if (done) throw new Error("fewer upper than lower bounds");
          upper = value as DenseChunk;
        }
        const stop = upper ? Math.min(end, upper.spotStart + upper.spotCount) : end;
        yield {
          spotStart: start,
          spotCount: stop - start,
          lower: values.subarray((start - spotStart) * width, (stop - spotStart) * width),
          upper: upper?.values.subarray((start - upper.spotStart) * width, (stop - upper.spotStart) * width),
        };
        start = stop;
      }
    }
  } finally {
    await uppers?.return?.();
  }
}

/** The width that a share of the intervals of a histogram lies below; NaN of none. */
export function widthQuantile(bins: Float64Array, share: number): number {
  const count = bins.reduce((sum, one) => sum + one, 0);
  let left = share * count;
  for (let bin = 0; bin < WIDTH_BINS && count > 0; bin++) {
    left -= bins[bin];
    // What fills the first bin are mostly intervals without width.
    if (left <= 0) return bin === 0 ? 0 : (bin + 0.5) / WIDTH_BINS;
  }
  return Number.NaN;
}
