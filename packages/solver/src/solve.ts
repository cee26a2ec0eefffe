import {
  buildOrderedSum,
  finishOrderedSum,
  type NeighborGraph,
  ORDERED_SUM_BLOCK,
  orderedSumAt,
  ShapeError,
  type SpotRange,
} from "@flashdeconv/core";
import { type Allocate, prolong } from "./coarse-level.js";
import { buildCoarseLevels, buildLevel, type Level } from "./levels.js";
import { chooseRelaxation } from "./relaxation.js";
import { inlineRunner, type PieceRunner, type SolveLevel } from "./solve-level.js";
import type { SolveOptions } from "./solve-options.js";
import type { Assessment, Solver, SolverSession, StatArray } from "./solver.js";
import { StoppingRule } from "./stopping-rule.js";
import { SPOTS_PER_CELL } from "./update-order.js";

export interface SolveProgress {
  readonly sweep: number;
  /** Estimated largest error of any proportion. */
  readonly estimate: number;
  readonly tolerance: number;
}

export interface SolveInput<A extends StatArray = Float64Array> {
  readonly typeCount: number;
  /** N x session.statWidth, as `summarize` wrote it. */
  readonly statistics: StatArray;
  readonly graph: NeighborGraph;
  /** A permutation of the spots that keeps neighbours close, for the order of updates; storage order if left out. */
  readonly spatialOrder?: Int32Array;
  /** N x K, for the answer; what it holds is overwritten. A new Float64Array if left out. */
  readonly abundance?: A;
  /** Who runs the pieces of a sweep: this thread, if left out. */
  readonly runner?: PieceRunner;
  /** Makes the memory of what the driver adds (orders of updates, coarse levels); plain ArrayBuffers if left out. */
  readonly allocate?: Allocate;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
}

export interface Solution<A extends StatArray = Float64Array> {
  /** N x K, at least 0. */
  readonly abundance: A;
  /** Sweeps over all spots. */
  readonly sweeps: number;
  /** Rows of the coarse levels that gave the start, finest first; empty where smoothing is too weak to need them. */
  readonly coarseRows: readonly number[];
  readonly converged: boolean;
  /** Estimated largest error of any proportion; 0 for independent spots. */
  readonly proportionErrorEstimate: number;
  /** Over all spots; undefined for a session that cannot judge. */
  readonly assessment: Assessment | undefined;
}

/** Sweeps without over-relaxation at the start: they settle which types are present, where overshooting would not help. */
const PLAIN_SWEEPS = 2;
/** A coarse level is only a start: it is swept until no abundance moves by more than this share of its row's total. */
const COARSE_CHANGE = 1e-3;
const MAX_COARSE_SWEEPS = 200;
/** Whole cells, and a few milliseconds of work: enough to be worth a message to a thread, short enough to hear an abort. */
const SPOTS_PER_PIECE = 64 * SPOTS_PER_CELL;

/**
 * Sweeps a session over all spots until the largest error of any proportion is estimated below the tolerance.
 *
 * Where neighbours pull hard, sweeps carry a change only a few spots far, so coarser pictures of the section are solved
 * first and each gives the next finer one its start.
 *
 * @throws ShapeError if `abundance` has another length than N x K; the signal's reason once it is aborted.
 */
export async function solve<A extends StatArray = Float64Array>(
  solver: Pick<Solver, "coupling">,
  session: SolverSession,
  input: SolveInput<A>,
  options: SolveOptions,
): Promise<Solution<A>> {
  const { graph, statistics, spatialOrder, typeCount } = input;
  const allocate = input.allocate ?? ((byteLength) => new ArrayBuffer(byteLength));
  const runner = input.runner ?? inlineRunner(session, input.signal);
  const abundance = prepareAbundance(input);
  // A pull of exactly 0 says that neighbours count for nothing, as with lambda 0: one sweep is all.
  const isCoupled = solver.coupling === "neighbors" && session.pull !== 0;
  const problem = { graph: isCoupled ? graph : withoutEdges(graph, allocate), statistics, spatialOrder };
  const finest = buildLevel(problem, abundance, isCoupled ? (session.pull ?? 0) : 0, allocate);
  const coarse = buildCoarseLevels(finest, { statWidth: session.statWidth, typeCount }, allocate);

  const coarsest = coarse.at(-1) ?? finest;
  await sweepAlone(runner, coarsest, allocate);
  for (let depth = coarse.length - 1; depth >= 0; depth--) {
    input.signal?.throwIfAborted();
    await sweepCoarse(runner, coarse[depth]);
    const finer = depth > 0 ? coarse[depth - 1] : finest;
    prolong(finer.problem, coarse[depth].problem, coarse[depth].abundance, finer.abundance);
  }

  let sweeps = coarse.length > 0 ? 0 : 1;
  let estimate = 0;
  if (isCoupled) {
    const roundingStep = abundance instanceof Float32Array ? 2 ** -24 : 2 ** -53;
    const rule = new StoppingRule({ pull: session.pull, roundingStep });
    const relaxation = chooseRelaxation(finest.pull);
    const plainUntil = sweeps + PLAIN_SWEEPS;
    do {
      const current = sweeps < plainUntil ? 1 : relaxation;
      rule.add(await sweepColors(runner, finest, current), current);
      sweeps++;
      estimate = rule.estimate;
      input.onProgress?.({ sweep: sweeps, estimate, tolerance: options.tolerance });
    } while (estimate > options.tolerance && sweeps < options.maxSweeps && !rule.hasStalled);
  }
  return {
    abundance,
    sweeps,
    coarseRows: coarse.map((level) => level.problem.graph.spotCount),
    converged: estimate <= options.tolerance,
    proportionErrorEstimate: estimate,
    assessment: session.assess && (await assessAll(runner, finest, graph.spotCount)),
  };
}

function prepareAbundance<A extends StatArray>({ abundance, graph, typeCount }: SolveInput<A>): A {
  const length = graph.spotCount * typeCount;
  // A is Float64Array wherever no array is given: nothing else could set it.
  if (abundance === undefined) return new Float64Array(length) as StatArray as A;
  if (abundance.length !== length) {
    throw new ShapeError({
      subject: "abundance",
      found: `${abundance.length} numbers`,
      expected: `${length} (${graph.spotCount} spots x ${typeCount} types)`,
      remedy: "Give an array of that length, or none.",
    });
  }
  // Answers are found from where the array stands, so it has to stand at the same place each time.
  abundance.fill(0);
  return abundance;
}

/** Every row by itself: a start that is right where neighbours pull weakly, and all there is for independent spots. */
async function sweepAlone(runner: PieceRunner, level: Level, allocate: Allocate): Promise<void> {
  const { indptr, indices } = withoutEdges(level.problem.graph, allocate);
  await runner.sweep({ ...level, indptr, indices }, piecesOf(0, level.order.length, SPOTS_PER_PIECE), 1);
}

async function sweepCoarse(runner: PieceRunner, level: Level): Promise<void> {
  const relaxation = chooseRelaxation(level.pull);
  for (let sweep = 0; sweep < MAX_COARSE_SWEEPS; sweep++) {
    const change = await sweepColors(runner, level, sweep < PLAIN_SWEEPS ? 1 : relaxation);
    if (change <= COARSE_CHANGE) break;
  }
}

/** One sweep over a level, colour after colour. Returns the largest change. */
async function sweepColors(runner: PieceRunner, level: Level, relaxation: number): Promise<number> {
  let largest = 0;
  for (let color = 0; color < level.colorStarts.length - 1; color++) {
    const pieces = piecesOf(level.colorStarts[color], level.colorStarts[color + 1], SPOTS_PER_PIECE);
    const { largestChange } = await runner.sweep(level, pieces, relaxation);
    largest = Math.max(largest, largestChange);
  }
  return largest;
}

async function assessAll(runner: PieceRunner, level: SolveLevel, spotCount: number): Promise<Assessment> {
  const pieces = piecesOf(0, spotCount, ORDERED_SUM_BLOCK);
  const objective = buildOrderedSum(1);
  let kktResidual = 0;
  let proportionErrorBound = 0;
  for (const [index, part] of (await runner.assess(level, pieces)).entries()) {
    orderedSumAt(objective, pieces[index].start)[0] += part.objective;
    kktResidual = Math.max(kktResidual, part.kktResidual);
    proportionErrorBound = Math.max(proportionErrorBound, part.proportionErrorBound);
  }
  return { objective: finishOrderedSum(objective)[0], kktResidual, proportionErrorBound };
}

/** Cuts a range into pieces of `size`; the last one may be smaller. */
function piecesOf(start: number, end: number, size: number): SpotRange[] {
  const pieces: SpotRange[] = [];
  for (let from = start; from < end; from += size)
    pieces.push({ start: from, end: Math.min(from + size, end) });
  return pieces;
}

function withoutEdges({ spotCount }: NeighborGraph, allocate: Allocate): NeighborGraph {
  return {
    spotCount,
    indptr: new Int32Array(allocate(4 * (spotCount + 1))),
    indices: new Int32Array(allocate(0)),
  };
}
