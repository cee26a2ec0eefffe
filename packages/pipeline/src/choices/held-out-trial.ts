import type { CsrChunk, Executor } from "@flashdeconv/core";
import type { KernelChoice } from "@flashdeconv/kernels";
import { resolveSolveOptions, type Solver, type SolverContext, type StatArray } from "@flashdeconv/solver";
import { buildCountModel, expressionProfiles, summarizeCounts } from "@flashdeconv/solver-weighted";
import { allocator, graphInReach, startArena, statArray } from "../memory/allocator.js";
import type { Problem } from "../problem/build-problem.js";
import { narrow } from "../problem/count-problem.js";
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
  signal?: AbortSignal,
): HeldOutTrial {
  const { smoothing: control } = solver;
  if (control === undefined) throw new TypeError("this solver has no smoothing to choose");
  const { reference } = problem;
  const typeCount = reference.typeNames.length;
  const spotCount = spots.length;
  const arena = startArena(kernels);
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
    return (await solveSpots(executor, toSolve, solving, { signal })).abundance;
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
      const { fitted: rows, heldBack } = places ? movedTo(places) : { fitted, heldBack: judged.heldBack };
      return spotLosses(await solved(rows, strength), { ...judged, heldBack }, typeCount);
    },
    async unsmoothedError() {
      const second = solver.input === "counts" ? summarized(halves.second) : judged.heldBack;
      return halfDifference(await solved(fitted, 0), await solved(second, 0), judged, typeCount);
    },
    async deviancesOf(strength, prediction) {
      return spotDeviances(halves.second, await solved(fitted, strength), prediction);
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
function spotLosses(
  abundance: StatArray,
  { gram, heldBack, isByDepth, isScaled }: Judge,
  typeCount: number,
): Float64Array {
  const spotCount = abundance.length / typeCount;
  const losses = new Float64Array(spotCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const row = spot * typeCount;
    const stat = spot * (typeCount + 1);
    const depth = isByDepth ? heldBack[stat + typeCount] : 1;
    const scale = isScaled ? 1 : scaleOf(abundance, row, typeCount);
    let loss = 0;
    for (let k = 0; k < typeCount; k++) {
      const amount = scale * abundance[row + k];
      if (amount === 0) continue;
      let product = 0;
      for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * abundance[row + l];
      loss += amount * (depth * scale * product - 2 * heldBack[stat + k]);
    }
    losses[spot] = loss;
  }
  return losses;
}

/** Half of |a - b|^2, by spot on average. */
function halfDifference(
  a: StatArray,
  b: StatArray,
  { gram, heldBack, isByDepth, isScaled }: Judge,
  typeCount: number,
): number {
  const spotCount = a.length / typeCount;
  const difference = new Float64Array(typeCount);
  let sum = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    const row = spot * typeCount;
    const [ofA, ofB] = isScaled ? [1, 1] : [scaleOf(a, row, typeCount), scaleOf(b, row, typeCount)];
    for (let k = 0; k < typeCount; k++) difference[k] = ofA * a[row + k] - ofB * b[row + k];
    let square = 0;
    for (let k = 0; k < typeCount; k++) {
      for (let l = 0; l < typeCount; l++) square += difference[k] * difference[l] * gram[k * typeCount + l];
    }
    sum += (isByDepth ? heldBack[spot * (typeCount + 1) + typeCount] : 1) * square;
  }
  return sum / 2 / spotCount;
}

function scaleOf(abundance: StatArray, row: number, typeCount: number): number {
  let total = 0;
  for (let k = 0; k < typeCount; k++) total += abundance[row + k];
  return total > 0 ? 1 / total : 0;
}
