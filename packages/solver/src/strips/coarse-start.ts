import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { arrayLike } from "../array-like.js";
import { averageStatistics, type CoarseAnswer, type CoarseGraph, prolong } from "../coarse-level.js";
import { buildCoarseLevels, type CoarseLevel, coarseLevelBytes, needsCoarseLevels } from "../levels.js";
import type { PieceRunner } from "../solve-level.js";
import type { SolverSession, StatArray } from "../solver.js";
import { rowsOf, solveCoarse } from "../sweep-level.js";
import { SPOTS_PER_BLOCK } from "../update-order.js";
import { requireMemory, STRONG_SMOOTHING } from "./require-memory.js";
import type { StripLayout } from "./strip-layout.js";
import type { StripSolveInput } from "./strip-solve-input.js";
import type { WindowShape } from "./strip-window.js";

export interface CoarseOutcome {
  /**
   * Of the first coarse level, by position: where strips take their start from. Undefined where there are no coarse levels, or where
   * the strips have been started already.
   */
  readonly start?: CoarseAnswer;
  /** Rows of the coarse levels, finest first. */
  readonly coarseRows: readonly number[];
}

/** Solves the coarse levels, if neighbours pull hard enough, and keeps only what the strips need of them. */
export async function solveCoarseFirst(
  session: SolverSession,
  input: StripSolveInput,
  { pull, shape, kind, allocate, runner }: CoarseSettings,
): Promise<CoarseOutcome> {
  const { layout, typeCount, windowBytes: available, signal, resume, onState } = input;
  const { spotCount, graph } = layout;
  if (!needsCoarseLevels(pull, spotCount)) return { coarseRows: [] };
  const meanDegree = graph.indices.length / spotCount;
  requireMemory(coarseLevelBytes({ ...shape, spotCount, meanDegree }), available, STRONG_SMOOTHING);
  const levels = await buildCoarse(session, input, { pull, kind, allocate });
  await solveCoarse(runner, levels, { typeCount, allocate, signal, resume, onState });
  const [{ problem, abundance }] = levels;
  return {
    start: { typeCount, rowOf: problem.rowOf, abundance },
    coarseRows: rowsOf(levels),
  };
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
  const finest = { graph: layout.graph, spatialOrder: pull > 0 ? positionsInOrder(layout) : undefined };
  return buildCoarseLevels(finest, {
    statWidth,
    typeCount,
    pull,
    abundanceKind: kind,
    allocate,
    coarse: undefined,
    firstStatistics,
  });
}

/** The position at each place of the spatial order. */
function positionsInOrder({ spotCount, blocks }: StripLayout): Int32Array {
  const positions = new Int32Array(spotCount);
  let position = 0;
  for (const block of blocks) {
    const end = Math.min((block + 1) * SPOTS_PER_BLOCK, spotCount);
    for (let place = block * SPOTS_PER_BLOCK; place < end; place++) positions[place] = position++;
  }
  return positions;
}

/** Starts the rows of a strip from the coarse answer. */
export function startStrip(
  { graph, stripStarts }: StripLayout,
  strip: number,
  coarse: CoarseAnswer,
  abundance: StatArray,
): void {
  prolong({ graph }, coarse, abundance, { start: stripStarts[strip], end: stripStarts[strip + 1] });
}
