import { type NeighborGraph, ShapeError } from "@flashdeconv/core";
import { type Allocate, allocateHere, numbered } from "@flashdeconv/core/internal";
import { type Arrangement, arrangeLevel } from "./arrangement.js";
import { arrayLike } from "./array-like.js";
import { addAssessments, buildAssessmentSum, finishAssessments } from "./assess-pieces.js";
import { type CoarseGraph, coarsen, type LevelProblem } from "./coarse-level.js";
import { buildCoarseLevels, buildLevel, type Level, needsCoarseLevels } from "./levels.js";
import { sectionProgress } from "./section-progress.js";
import { inlineRunner, type PieceRunner } from "./solve-level.js";
import type { SolveOptions } from "./solve-options.js";
import type { SolveState, StateListener } from "./solve-state.js";
import type { Assessment, Solver, SolverSession, StatArray } from "./solver.js";
import {
  piecesByColor,
  piecesOf,
  prolongAll,
  rowsOf,
  solveCoarse,
  sweepAlone,
  sweepColors,
  withoutEdges,
} from "./sweep-level.js";

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
  /** As `arrangeLevel` found it of graph and order, in memory that this solve's kernels and threads see; found anew if left out. */
  readonly arrangement?: Arrangement;
  /** N x K, for the answer; what it holds is overwritten. A new Float64Array if left out. */
  readonly abundance?: A;
  /** Who runs the pieces of a sweep: this thread, if left out. */
  readonly runner?: PieceRunner;
  /** Makes the arrays that the driver adds (orders of updates, coarse levels); in plain ArrayBuffers if left out. */
  readonly allocate?: Allocate;
  /** Numbers per spot of all tables that the solver yields; 0 if left out. */
  readonly tableWidth?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
  /** A state that `onState` was given in a solve of this problem, to resume from. */
  readonly resume?: SolveState;
  readonly onState?: StateListener;
}

export interface Solution<A extends StatArray = Float64Array> {
  /** N x K, at least 0. */
  readonly abundance: A;
  /** Sweeps over all spots. */
  readonly sweeps: number;
  /** Rows of the coarse levels that gave the start, finest first; empty where smoothing is too weak to need them. */
  readonly coarseRows: readonly number[];
  /** Whether the solver came to its end, the optimum of its objective; it says nothing of how well that fits the tissue. */
  readonly converged: boolean;
  /** Sweeps after which abundances in single precision continued in double; undefined where that was not needed. */
  readonly doubleFrom: number | undefined;
  /** Estimated largest distance of any proportion from the optimum; 0 for independent spots. */
  readonly proportionErrorEstimate: number;
  /** Over all spots; undefined for a session that cannot judge. */
  readonly assessment: Assessment | undefined;
  /** N x `tableWidth`, of the kind of `abundance`: the solver's tables side by side; undefined where there are none. */
  readonly tables: StatArray | undefined;
}

/**
 * Sweeps a session over all spots until the largest error of any proportion is estimated below the tolerance.
 *
 * Where neighbours pull hard, sweeps carry a change only a few spots far, so coarser levels of the section are solved
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
  const { graph, statistics, spatialOrder, typeCount, signal, resume, onState } = input;
  const allocate = input.allocate ?? allocateHere;
  const runner = input.runner ?? inlineRunner(session, signal);
  const abundance = prepareAbundance(input);
  const isCoupled = looksAtNeighbors(solver, session);
  const problem = { graph: isCoupled ? graph : withoutEdges(graph, allocate), statistics, spatialOrder };
  const pull = isCoupled ? (session.pull ?? 0) : 0;
  const isStarted = resume?.level === "section" && resume.abundance !== undefined;
  const isCoarse = !isStarted && needsCoarseLevels(pull, graph.spotCount);
  const arrangement = (isCoupled && input.arrangement) || arrangeLevel(problem, isCoarse, allocate);
  let finest = buildLevel(problem, abundance, pull, arrangement);
  const { statWidth } = session;
  let coarseRows: readonly number[];
  if (resume?.level === "section" && resume.abundance) {
    coarseRows = resume.coarseRows;
    abundance.set(resume.abundance);
  } else {
    const { spotCount, indices } = problem.graph;
    const section = { spotCount, edgeCount: indices.length };
    const coarse = await buildCoarseLevels(section, {
      statWidth,
      typeCount,
      pull,
      abundanceKind: abundance,
      allocate,
      coarse: () => arrangement.coarse ?? coarsen(problem, allocate),
      firstStatistics: (first) => averageAll(runner, problem, first, { statWidth, allocate }),
    });
    coarseRows = rowsOf(coarse);
    await solveCoarse(runner, coarse, { typeCount, allocate, signal, resume, onState });
    if (coarse.length > 0) await prolongAll(runner, finest, coarse[0], typeCount);
    else {
      // Answers are found from where the array stands, so it has to stand at the same place each time.
      const rows = piecesOf(0, graph.spotCount);
      await runner.work({ kind: "clear", out: abundance, width: typeCount }, rows);
      await sweepAlone(runner, finest, allocate);
    }
  }

  const progress = sectionProgress({ session, coarseRows, abundance, statistics, isCoupled }, options);
  if (resume?.level === "section") {
    progress.replay(resume.changes);
    if (resume.abundance instanceof Float64Array) finest = inDouble(finest, resume.abundance, allocate);
  }
  while (!progress.isDone) {
    if (progress.needsDouble) finest = inDouble(finest, finest.abundance, allocate);
    progress.add(await sweepColors(runner, finest, progress.relaxation));
    const { sweeps, estimate, changes } = progress;
    input.onProgress?.({ sweep: sweeps, estimate, tolerance: options.tolerance });
    await onState?.({ level: "section", changes, coarseRows, abundance: finest.abundance });
  }
  const { sweeps, estimate, doubleFrom } = progress;
  const assessment = session.assess && (await assessAll(runner, finest));
  const tables = await tabulateAll(runner, finest, input, { kind: abundance, allocate });
  if (finest.abundance !== abundance) abundance.set(finest.abundance);
  return {
    abundance,
    sweeps,
    coarseRows,
    converged: progress.isConverged,
    doubleFrom,
    proportionErrorEstimate: Math.min(1, estimate),
    assessment,
    tables,
  };
}

/** Mean statistics of the rows of the first coarse level. */
async function averageAll(
  runner: PieceRunner,
  { statistics, spatialOrder }: LevelProblem,
  { graph: { spotCount }, sizes: coarseSizes, rowOf }: CoarseGraph,
  { statWidth: width, allocate }: { readonly statWidth: number; readonly allocate: Allocate },
): Promise<StatArray> {
  const out = arrayLike(statistics, spotCount * width, allocate);
  const fine = { statistics, spatialOrder };
  await runner.work({ kind: "average", fine, coarseSizes, width, out }, piecesOf(0, rowOf.length));
  return out;
}

async function tabulateAll(
  runner: PieceRunner,
  level: Level,
  { tableWidth: width = 0 }: Pick<SolveInput, "tableWidth">,
  { kind, allocate }: { readonly kind: StatArray; readonly allocate: Allocate },
): Promise<StatArray | undefined> {
  if (width === 0) return undefined;
  const values = arrayLike(kind, level.order.length * width, allocate);
  const pieces = piecesByColor(level.colorStarts).flat();
  await runner.tabulate(level, pieces, { values, width, firstRow: 0 });
  return values;
}

/** The level with the given abundances in double precision. */
function inDouble(level: Level, abundance: StatArray, allocate: Allocate): Level {
  if (level.abundance instanceof Float64Array) return level;
  const wide = allocate(Float64Array, abundance.length);
  wide.set(abundance);
  return { ...level, abundance: wide };
}

/** A pull of exactly 0 says that neighbours count for nothing, as with lambda 0: one sweep is all. */
export function looksAtNeighbors({ coupling }: Pick<Solver, "coupling">, { pull }: SolverSession): boolean {
  return coupling === "neighbors" && pull !== 0;
}

function prepareAbundance<A extends StatArray>({ abundance, graph, typeCount }: SolveInput<A>): A {
  const length = graph.spotCount * typeCount;
  // A is Float64Array wherever no array is given: nothing else could set it.
  if (abundance === undefined) return new Float64Array(length) as StatArray as A;
  if (abundance.length !== length) {
    throw new ShapeError({
      subject: "abundance",
      found: `${numbered(abundance.length, "number")}`,
      expected: `${length} (${numbered(graph.spotCount, "spot")} x ${numbered(typeCount, "type")})`,
      remedy: "Give an array of that length, or none.",
    });
  }
  return abundance;
}

async function assessAll(runner: PieceRunner, level: Level): Promise<Assessment> {
  const sum = buildAssessmentSum(level.blocks.length);
  const pieces = piecesByColor(level.colorStarts).flat();
  await addAssessments(sum, runner, level, { pieces, blocks: level.blocks });
  return finishAssessments(sum);
}
