import type { Doubts } from "./doubts.js";
import type { Canvas } from "./drawing.js";
import { factsOfSections, isGroup } from "./facts-of-sections.js";
import type { Figure } from "./figures.js";
import type { Gathered, SiteSums } from "./gather.js";
import type { Intervals } from "./gather-intervals.js";
import type { ReportInput } from "./report-input.js";

/** What the sections of a report are made from. */
export interface Context {
  readonly input: ReportInput;
  readonly gathered: Gathered;
  /** Undefined where there are no positions. */
  readonly canvas: Canvas | undefined;
  readonly sites: SiteSums | undefined;
  /** What the bounds of intervals say. */
  readonly low: Intervals | undefined;
  /** Of each type the cells in all spots. */
  readonly cells: Float64Array | undefined;
  readonly colors: readonly string[];
  readonly doubts: Doubts;
  /** Types that nothing could find. */
  readonly silent: ReadonlySet<number>;
  /** Types, the most abundant first. */
  readonly order: readonly number[];
  /** Pictures so far, to be written as files too. */
  readonly figures: Figure[];
}

/** A type is present where its lower bound lies above this share, where the result names no other. */
const PRESENT_ABOVE = 0.02;
/** A type with fewer cells in the reference rests on few. */
export const FEW_CELLS = 25;
/** Signatures with a higher cosine look alike. */
export const ALIKE = 0.98;

/** Whether the shares are of cells; of RNA otherwise. */
export function isOfCells({ parameters }: ReportInput): boolean {
  return parameters.amount === "cells";
}

/** What a run records of its intervals. */
export function intervalsOf(input: ReportInput): {
  readonly presentAbove: number;
  /** Types of which too few cells were there to know how they differ. */
  readonly withoutCells: readonly string[];
} {
  const all = factsOfSections(input).flatMap(({ facts: { intervals } }) =>
    isGroup(intervals) ? [intervals] : [],
  );
  const types = all.flatMap(({ types_without_cells: one }) => (Array.isArray(one) ? one.map(String) : []));
  const threshold = all.map(({ presence_threshold: one }) => one).find((one) => typeof one === "number");
  return {
    presentAbove: (threshold as number | undefined) ?? PRESENT_ABOVE,
    withoutCells: [...new Set(types)],
  };
}

export function meanOf({ gathered }: Context, type: number): number {
  return gathered.sums[type] / gathered.answered;
}

/** Cosines of signatures, the most alike first; none where the products are not known. */
export function alikePairs({ input }: Context): { a: number; b: number; cosine: number }[] {
  const { gram } = input.signature ?? {};
  if (gram === undefined) return [];
  const pairs: { a: number; b: number; cosine: number }[] = [];
  for (let a = 0; a < gram.length; a++) {
    for (let b = 0; b < a; b++) {
      const cosine = gram[a][b] / Math.sqrt(gram[a][a] * gram[b][b]);
      if (Number.isFinite(cosine)) pairs.push({ a: b, b: a, cosine });
    }
  }
  return pairs.sort((one, other) => other.cosine - one.cosine);
}

const BINS = 4096;

/** Values by how great they are, roughly. */
interface Binned {
  readonly low: number;
  readonly scale: number;
  readonly counts: Float64Array;
  readonly count: number;
}

/** Of the values that quantiles were asked of: they are asked of the same ones often. */
const BINNED = new WeakMap<object, Binned>();

/** The value that a share of the spots with one lies below; NaN where none has. Sorts a small part of them only. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const binned = BINNED.get(values) ?? binnedOf(values);
  BINNED.set(values, binned);
  const { low, scale, counts, count } = binned;
  if (count === 0 || scale === 0) return count === 0 ? Number.NaN : low;
  let left = Math.floor(share * (count - 1));
  let bin = 0;
  while (left >= counts[bin]) left -= counts[bin++];
  const within = new Float64Array(counts[bin]);
  for (let i = 0, at = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isNaN(value) && binOf(value, binned) === bin) within[at++] = value;
  }
  return within.sort()[left];
}

function binOf(value: number, { low, scale }: Pick<Binned, "low" | "scale">): number {
  return Math.min(BINS - 1, Math.floor((value - low) * scale));
}

function binnedOf(values: ArrayLike<number>): Binned {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    count++;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const counts = new Float64Array(BINS);
  // One value for all is no range to divide.
  if (!(high > low)) return { low, scale: 0, counts, count };
  const place = { low, scale: BINS / (high - low) };
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) counts[binOf(values[i], place)]++;
  return { ...place, counts, count };
}

/** The smoothing's strengths tried and their losses, as a run records them. */
export function smoothingCurve({
  input,
}: Context): { points: { x: number; y: number }[]; chosen: number } | undefined {
  const { smoothing_curve: curve, smoothing_used: used } = input.parameters;
  const { strength: strengths, loss: losses } = (curve ?? {}) as {
    strength?: ArrayLike<number>;
    loss?: ArrayLike<number>;
  };
  const chosen = Number(used);
  if (strengths === undefined || losses === undefined || !Number.isFinite(chosen)) return undefined;
  const points = Array.from(strengths, (x, i) => ({ x: Number(x), y: Number(losses[i]) }));
  return points.length > 1 ? { points: points.sort((a, b) => a.x - b.x), chosen } : undefined;
}
