import type { NeighborGraph, SpotRange } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import type { CoarseLevel, Level } from "./levels.js";
import { chooseRelaxation } from "./relaxation.js";
import type { PieceRunner } from "./solve-level.js";
import { NO_CHANGES, type SolveState, type StateListener } from "./solve-state.js";
import { SPOTS_PER_BLOCK } from "./update-order.js";

/** Sweeps without over-relaxation at the start: they settle which types are present, where overshooting would not help. */
export const PLAIN_SWEEPS = 2;
/** A coarse level is only a start: it is swept until no abundance moves by more than this share of its row's total. */
const COARSE_CHANGE = 1e-3;
const MAX_COARSE_SWEEPS = 200;
/** Whole blocks, and a few milliseconds of work: enough to be worth a message to a thread, short enough to hear an abort. */
const SPOTS_PER_PIECE = 64 * SPOTS_PER_BLOCK;

/** Every row by itself: a start that is right where neighbours pull weakly, and all there is for independent spots. */
export async function sweepAlone(runner: PieceRunner, level: Level, allocate: Allocate): Promise<void> {
  const { indptr, indices } = withoutEdges(level.problem.graph, allocate);
  const pieces = piecesOf(0, level.order.length);
  await runner.sweep([{ level: { ...level, indptr, indices }, pieces, relaxation: 1 }]);
}

/** One sweep over a level, colour after colour. Returns the largest change. */
export async function sweepColors(runner: PieceRunner, level: Level, relaxation: number): Promise<number> {
  let largest = 0;
  for (const pieces of piecesByColor(level.colorStarts)) {
    const [{ largestChange }] = await runner.sweep([{ level, pieces, relaxation }]);
    largest = Math.max(largest, largestChange);
  }
  return largest;
}

export interface CoarseSolve {
  readonly typeCount: number;
  readonly allocate: Allocate;
  readonly signal?: AbortSignal;
  /** A state of a coarse level, to resume from. */
  readonly resume?: SolveState;
  readonly onState?: StateListener;
}

/** Solves the coarse levels from the coarsest, each the start of the next. Leaves the answer in the first, if there is one. */
export async function solveCoarse(
  runner: PieceRunner,
  levels: readonly CoarseLevel[],
  { typeCount, allocate, signal, resume, onState }: CoarseSolve,
): Promise<void> {
  const coarseRows = rowsOf(levels);
  const first = typeof resume?.level === "number" ? resume.level : levels.length - 1;
  const coarsest = levels.at(-1);
  if (resume?.abundance) levels[first].abundance.set(resume.abundance);
  else if (coarsest) await sweepAlone(runner, coarsest, allocate);
  for (let depth = first; depth >= 0; depth--) {
    signal?.throwIfAborted();
    const level = levels[depth];
    const before = depth === first && resume ? resume.changes : NO_CHANGES;
    await sweepCoarse(runner, level, before, (changes) =>
      onState?.({ level: depth, changes, coarseRows, abundance: level.abundance }),
    );
    if (depth > 0) {
      const finer = levels[depth - 1];
      await prolongAll(runner, finer, level, typeCount);
    }
  }
}

export function rowsOf(levels: readonly CoarseLevel[]): number[] {
  return levels.map((level) => level.problem.graph.spotCount);
}

/** Starts all rows of a level from the answer of the next coarser one. */
export function prolongAll(
  runner: PieceRunner,
  { problem: { graph, weights }, abundance: out }: Level,
  { problem: { rowOf }, abundance }: CoarseLevel,
  typeCount: number,
): Promise<void> {
  const coarse = { typeCount, rowOf, abundance };
  return runner.work(
    { kind: "prolong", fine: { graph, weights }, coarse, out },
    piecesOf(0, graph.spotCount),
  );
}

async function sweepCoarse(
  runner: PieceRunner,
  level: Level,
  before: readonly number[],
  onChanges: (changes: readonly number[]) => Promise<void> | void,
): Promise<void> {
  const relaxation = chooseRelaxation(level.pull);
  const changes = [...before];
  while (changes.length < MAX_COARSE_SWEEPS && !((changes.at(-1) ?? Infinity) <= COARSE_CHANGE)) {
    changes.push(await sweepColors(runner, level, changes.length < PLAIN_SWEEPS ? 1 : relaxation));
    await onChanges(changes);
  }
}

/** The pieces of each colour, which may be run side by side. Each is some whole blocks. */
export function piecesByColor(colorStarts: Int32Array): SpotRange[][] {
  return Array.from({ length: colorStarts.length - 1 }, (_, color) =>
    piecesOf(colorStarts[color], colorStarts[color + 1]),
  );
}

/** Cuts a range into pieces of `size`; the last one may be smaller. */
export function piecesOf(start: number, end: number, size = SPOTS_PER_PIECE): SpotRange[] {
  const pieces: SpotRange[] = [];
  for (let from = start; from < end; from += size) {
    pieces.push({ start: from, end: Math.min(from + size, end) });
  }
  return pieces;
}

export function withoutEdges({ spotCount }: NeighborGraph, allocate: Allocate): NeighborGraph {
  return {
    spotCount,
    indptr: allocate(Int32Array, spotCount + 1),
    indices: allocate(Int32Array, 0),
  };
}
