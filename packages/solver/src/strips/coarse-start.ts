import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { arrayLike } from "../array-like.js";
import { averageStatistics, type CoarseAnswer, type CoarseGraph, prolong } from "../coarse-level.js";
import { buildCoarseLevels, type CoarseLevel, coarseLevelBytes, needsCoarseLevels } from "../levels.js";
import type { PieceRunner } from "../solve-level.js";
import type { SolverSession, StatArray } from "../solver.js";
import { rowsOf, solveCoarse } from "../sweep-level.js";
import { SPOTS_PER_BLOCK } from "../update-order.js";
import { requireMemory, STRONG_SMOOTHING } from "./require-memory.js";
import type { StripLayout, StripNeighbors } from "./strip-layout.js";
import type { StripSolveInput } from "./strip-solve-input.js";
import type { WindowShape } from "./strip-window.js";

export interface CoarseOutcome {
  /**
   * Of the first coarse level: where strips take their start from. Undefined where there are no coarse levels, or where the strips
   * have been started already.
   */
  readonly start?: StripStart;
  /** Rows of the coarse levels, finest first. */
  readonly coarseRows: readonly number[];
  /** What the levels take; in an arena it stays taken. */
  readonly byteCount?: number;
}

export type StripStart = Pick<CoarseAnswer, "typeCount" | "abundance">;

/** Solves the coarse levels, if neighbours pull hard enough, and keeps only what the strips need of them. */
export async function solveCoarseFirst(
  session: SolverSession,
  input: StripSolveInput,
  { pull, shape, kind, allocate, runner }: CoarseSettings,
): Promise<CoarseOutcome> {
  const { layout, typeCount, windowBytes: available, signal, resume, onState } = input;
  const { spotCount, stripStarts, edgeStarts } = layout;
  if (!needsCoarseLevels(pull, spotCount)) return { coarseRows: [] };
  const meanDegree = edgeStarts[stripStarts.length - 1] / spotCount;
  const byteCount = coarseLevelBytes({ ...shape, spotCount, meanDegree });
  requireMemory(byteCount, available, STRONG_SMOOTHING);
  const levels = await buildCoarse(session, input, { pull, kind, allocate });
  await solveCoarse(runner, levels, { typeCount, allocate, signal, resume, onState });
  return { start: { typeCount, abundance: levels[0].abundance }, coarseRows: rowsOf(levels), byteCount };
}

export interface CoarseSettings {
  readonly pull: number;
  readonly shape: WindowShape;
  readonly kind: StatArray;
  readonly allocate: Allocate;
  readonly runner: PieceRunner;
}

/** The coarse levels, their statistics gathered in one pass over the store. */
function buildCoarse(
  { statWidth }: SolverSession,
  { layout, store, typeCount, signal }: StripSolveInput,
  { pull, kind, allocate }: Pick<CoarseSettings, "pull" | "kind" | "allocate">,
): Promise<CoarseLevel[]> {
  const firstStatistics = async ({ graph, sizes }: CoarseGraph) => {
    const out = arrayLike(kind, graph.spotCount * statWidth, allocate);
    const memory = arrayLike(kind, layout.greatestStrip * statWidth, allocateHere);
    let block = 0;
    for (let strip = 0; strip < layout.stripStarts.length - 1; strip++) {
      signal?.throwIfAborted();
      const rowCount = layout.stripStarts[strip + 1] - layout.stripStarts[strip];
      const statistics = memory.subarray(0, rowCount * statWidth);
      await store.loadStatistics(strip, statistics);
      for (let firstRow = 0; firstRow < rowCount; ) {
        const start = layout.blocks[block++] * SPOTS_PER_BLOCK;
        const end = Math.min(start + SPOTS_PER_BLOCK, layout.spotCount);
        averageStatistics({ statistics, start, end, firstRow }, sizes, statWidth, out);
        firstRow += end - start;
      }
    }
    return out;
  };
  const { spotCount, stripStarts, edgeStarts } = layout;
  return buildCoarseLevels(
    { spotCount, edgeCount: edgeStarts[stripStarts.length - 1] },
    {
      statWidth,
      typeCount,
      pull,
      abundanceKind: kind,
      allocate,
      coarse: () => store.loadCoarse(allocate),
      firstStatistics,
    },
  );
}

/** Starts the rows of a strip from the coarse answer. */
export function startStrip(
  { stripStarts }: StripLayout,
  strip: number,
  { indptr, indices }: StripNeighbors,
  { coarse, coarseRowsAt, abundance }: StripStarting,
): void {
  const first = stripStarts[strip];
  const spotCount = stripStarts[strip + 1] - first;
  const positions = new Int32Array(spotCount);
  for (let row = 0; row < spotCount; row++) positions[row] = first + row;
  const answer = { ...coarse, rowOf: coarseRowsAt(positions), neighborRows: coarseRowsAt(indices) };
  prolong({ graph: { spotCount, indptr, indices } }, answer, abundance, { start: 0, end: spotCount });
}

export interface StripStarting {
  readonly coarse: StripStart;
  /** The coarse rows of the spots at some positions. */
  readonly coarseRowsAt: (positions: Int32Array) => Int32Array;
  /** The strip's, to be filled. */
  readonly abundance: StatArray;
}
