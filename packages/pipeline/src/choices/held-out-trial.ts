import type { CsrChunk, Executor } from "@flashdeconv/core";
import type { KernelChoice } from "@flashdeconv/kernels";
import { resolveSolveOptions, type Solver, type SolverContext, type StatArray } from "@flashdeconv/solver";
import { buildCountModel, expressionProfiles, summarizeCounts } from "@flashdeconv/solver-weighted";
import { allocator, graphInReach, startArena, statArray } from "../memory/allocator.js";
import type { Problem } from "../problem/build-problem.js";
import { narrow } from "../problem/narrow-sample.js";
import { buildRowMaker, type RowForm } from "../problem/solver-rows.js";
import { startSession } from "../problem/start-session.js";
import { solveSpots } from "../solve/solve-spots.js";
import type { PipelineTasks } from "../threads/pipeline-tasks.js";
import type { SpotSample } from "./sample-spots.js";
import { usesCountModel } from "./smoothed-poisson.js";
import { type CountPrediction, spotDeviances } from "./spot-deviances.js";
import { thinCounts } from "./thin-counts.js";

/** A sample of the section whose counts were split in two: one half is solved, the other judges the answer. */
export interface HeldOutTrial {
  readonly spotCount: number;
  /** Strengths of smoothing above 0 that the solver would try. */
  readonly candidates: readonly number[];
  /**
   * Solves the first half with a strength of smoothing. The loss of each spot is its answer's distance from the second half by
   * least squares, up to a constant: over genes of the same weights, whatever the solver.
   *
   * @param places where each spot is to go; left out, spots stay among their neighbours
   */
  lossesOf(strength: number, places?: Int32Array): Promise<Float64Array>;
  /**
   * How far answers without smoothing are from the truth because of counting noise, on average, in the loss's units: half of what
   * those of the two halves differ by.
   */
  unsmoothedError(): Promise<number>;
  /** The same, but how badly the answer predicts the second half's counts by likelihood. */
  deviancesOf(strength: number, prediction: CountPrediction): Promise<Float64Array>;
}

/** Who watches a trial: solves with many types take a while. */
export interface TrialWatch {
  readonly signal?: AbortSignal;
  /** Called after each sweep of each solve. */
  readonly onSweep?: () => void;
}

/** Statistics of both halves in both orders, and answers to as many strengths as may be tried. */
const SOLVES_KEPT = 64;

/** Answers to the held-back half are noisy far above this. */
const TOLERANCE = 1e-2;

export function heldOutTrial(
  executor: Executor<PipelineTasks>,
  solver: Solver,
  problem: Problem,
  { spots, graph: sampleGraph }: SpotSample,
  sample: CsrChunk,
  context: SolverContext,
  kernels: KernelChoice,
  { signal, onSweep }: TrialWatch = {},
): HeldOutTrial {
  const { smoothing: control } = solver;
  if (control === undefined) throw new TypeError("this solver has no smoothing to choose");
  const { reference } = problem;
  const typeCount = reference.typeNames.length;
  const spotCount = spots.length;
  const size = { spotCount, typeCount, neighborCount: context.meanDegree, solveCount: SOLVES_KEPT };
  const arena = startArena(kernels, size, executor);
  const reach = { isThreaded: executor.isThreaded, arena };
  const allocate = allocator(reach);
  // Once, for all strengths: what a solve finds outside the arena it would copy into it each time.
  const graph = { ...sampleGraph, neighbors: graphInReach(sampleGraph.neighbors, reach) };
  const halves = thinCounts(narrow(sample, problem.genes), spots);
  const halfContext = {
    spotCount,
    meanDegree: context.meanDegree,
    ...(context.meanDepth !== undefined && { meanDepth: context.meanDepth / 2 }),
  };
  const options = resolveSolveOptions({ tolerance: TOLERANCE });
  const start = (strength: number) => {
    const solverOptions = solver.resolveOptions({ ...problem.solverOptions, [control.option]: strength });
    return startSession(solver, reference, solverOptions, halfContext, arena);
  };
  const form: RowForm = { ...problem, input: solver.input, precision: "float64", kernels };
  const summarized = (counts: CsrChunk) => {
    const { session } = start(0);
    const out = statArray("float64", spotCount * session.statWidth, allocate);
    session.summarize(buildRowMaker(form)(counts), out);
    return out;
  };
  const fitted = summarized(halves.first);
  const judged =
    solver.input === "counts"
      ? countJudge(solver, problem, sample.spotCount, halves)
      : {
          gram: reference.gram,
          heldBack: summarized(halves.second),
          isByDepth: solver.input === "weighted-counts",
          isScaled: true,
        };
  const solved = async (statistics: StatArray, strength: number) => {
    const toSolve = { solver, typeCount, statistics, graph, arena, ...start(strength) };
    const solving = { solver, precision: "float64", empty: "nan", kernels, ...options } as const;
    return (await solveSpots(executor, toSolve, solving, { signal, onProgress: onSweep })).abundance;
  };
  const answers = new Map<number, Promise<StatArray>>();
  /** The answer to the first half among its own neighbours, solved once for each strength. */
  const answerTo = (strength: number) => {
    const answer = answers.get(strength) ?? solved(fitted, strength);
    answers.set(strength, answer);
    return answer;
  };
  let moved: Moved | undefined;
  const movedTo = (places: Int32Array): Moved => {
    if (moved?.places !== places) {
      const move = (rows: StatArray) => moveRows(rows, places, statArray("float64", rows.length, allocate));
      moved = { places, fitted: move(fitted), heldBack: move(judged.heldBack) };
    }
    return moved;
  };
  return {
    spotCount,
    candidates: control.candidates(reference, halfContext),
    async lossesOf(strength, places) {
      if (places === undefined) return spotLosses(await answerTo(strength), judged, typeCount);
      const { fitted: rows, heldBack } = movedTo(places);
      return spotLosses(await solved(rows, strength), { ...judged, heldBack }, typeCount);
    },
    async unsmoothedError() {
      const second = solver.input === "counts" ? summarized(halves.second) : judged.heldBack;
      return halfDifference(await answerTo(0), await solved(second, 0), judged, typeCount);
    },
    async deviancesOf(strength, prediction) {
      return spotDeviances(halves.second, await answerTo(strength), prediction);
    },
  };
}

/** Rows of the sample in other places. */
interface Moved {
  readonly places: Int32Array;
  readonly fitted: StatArray;
  readonly heldBack: StatArray;
}

/** What answers are judged by. */
interface Judge {
  /** K x K. */
  readonly gram: Float64Array;
  /** Statistics of the half that was held back: K products with the types and, where losses go by depth, the spot's count. */
  readonly heldBack: StatArray;
  readonly isByDepth: boolean;
  /** Whether abundances are on the scale of the counts; else only their shares are. */
  readonly isScaled: boolean;
}

/**
 * Least squares for solvers of counts, whose own statistics may be anything: with the weights of the count model, or, for a solver that
 * is not fed from it, with those that the sample gives.
 */
function countJudge(
  solver: Solver,
  { statistics, signature }: Problem,
  spotCount: number,
  { first, second }: { readonly first: CsrChunk; readonly second: CsrChunk },
): Judge {
  const typeCount = signature.typeNames.length;
  const isScaled = usesCountModel(solver);
  let { gram, projection } = statistics;
  if (!isScaled) {
    const bulk = new Float64Array(signature.geneNames.length);
    for (const { indices, values } of [first, second]) {
      for (let i = 0; i < indices.length; i++) bulk[indices[i]] += values[i];
    }
    const profiles = expressionProfiles(signature.values, typeCount);
    const meanDepth = bulk.reduce((sum, count) => sum + count, 0) / spotCount;
    ({ gram, projection } = buildCountModel(profiles, typeCount, bulk, meanDepth, 0));
  }
  const heldBack = new Float64Array(spotCount * (typeCount + 1));
  summarizeCounts(second, projection, typeCount, heldBack);
  return { gram, heldBack, isByDepth: true, isScaled };
}

/** Row `spot` of `rows` becomes row `places[spot]` of `out`. */
function moveRows(rows: StatArray, places: Int32Array, out: StatArray): StatArray {
  const width = rows.length / places.length;
  for (let spot = 0; spot < places.length; spot++) {
    out.set(rows.subarray(spot * width, (spot + 1) * width), places[spot] * width);
  }
  return out;
}

/** |y - x|^2 of each spot, without the part that no answer changes. */
function spotLosses(abundance: StatArray, judge: Judge, typeCount: number): Float64Array {
  const { heldBack } = judge;
  const amounts = new Float64Array(typeCount);
  return Float64Array.from({ length: abundance.length / typeCount }, (_, spot) => {
    readAmounts(abundance, spot, judge, amounts);
    let product = 0;
    for (let k = 0; k < typeCount; k++) product += amounts[k] * heldBack[spot * (typeCount + 1) + k];
    return squaredLength(amounts, spot, judge) - 2 * product;
  });
}

/** Half of |a - b|^2, by spot on average. */
function halfDifference(a: StatArray, b: StatArray, judge: Judge, typeCount: number): number {
  const spotCount = a.length / typeCount;
  const [difference, amounts] = [new Float64Array(typeCount), new Float64Array(typeCount)];
  let sum = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    readAmounts(a, spot, judge, difference);
    readAmounts(b, spot, judge, amounts);
    for (let k = 0; k < typeCount; k++) difference[k] -= amounts[k];
    sum += squaredLength(difference, spot, judge);
  }
  return sum / 2 / spotCount;
}

/** A spot's abundances, or their shares where only these are on the scale of the counts. */
function readAmounts(abundance: StatArray, spot: number, { isScaled }: Judge, out: Float64Array): void {
  const row = spot * out.length;
  let total = 0;
  for (let k = 0; k < out.length; k++) total += abundance[row + k];
  const scale = isScaled ? 1 : total > 0 ? 1 / total : 0;
  for (let k = 0; k < out.length; k++) out[k] = scale * abundance[row + k];
}

/** x'Gx of a spot; where losses go by depth, times the spot's in the held-back half. */
function squaredLength(x: Float64Array, spot: number, { gram, heldBack, isByDepth }: Judge): number {
  const typeCount = x.length;
  let square = 0;
  for (let k = 0; k < typeCount; k++) {
    if (x[k] === 0) continue;
    let product = 0;
    for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * x[l];
    square += x[k] * product;
  }
  return isByDepth ? heldBack[spot * (typeCount + 1) + typeCount] * square : square;
}
