import type { CsrChunk } from "@flashdeconv/core";
import { librarySizes } from "@flashdeconv/normalize";
import { resolveSolveOptions, type Solver, type SolverContext, type StatArray } from "@flashdeconv/solver";
import type { Problem, RowForm } from "../contracts/problem.js";
import type { RunContext } from "../contracts/run-context.js";
import type { SpotSample } from "../contracts/sample.js";
import { allocator, graphInReach, reachOf, startArena, statArray } from "../runtime/allocator.js";
import { type Strengths, setSmoothing } from "../stages/solve/set-smoothing.js";
import { solveSpots } from "../stages/solve/solve-spots.js";
import { startSession } from "../stages/solve/start-session.js";
import { buildRowMaker } from "../stages/summarize/solver-rows.js";
import { narrow } from "../stages/survey/narrow-sample.js";
import { meanOf } from "./search-strength.js";
import { shuffled } from "./shuffled.js";
import { countJudge, halfDifference, type Judge, moveRows, spotLosses } from "./spot-losses.js";
import { thinCounts } from "./thin-counts.js";

/** Samples whose counts were split in two, on which strengths of smoothing are tried. */
export interface SmoothingTrial {
  readonly spotCount: number;
  /** Strengths of smoothing above 0 that the solver would try. */
  readonly candidates: readonly number[];
  /** The same of shrinkage; undefined where the solver has none. */
  readonly shrinkages: readonly number[] | undefined;
  /**
   * Solves the first half with some strengths. The loss of each spot is how far its answer is from what the second half says, up to
   * a constant: in proportions, weighted by the spot's counts, for solvers of counts, and in statistics for the others.
   *
   * @param judging "exact": without the noise of the reference's means, where it is known
   */
  lossesOf(strengths: Strengths, judging?: "exact"): Promise<Float64Array>;
  /** The same with the coordinates of the sample's spots shuffled, in every run alike. */
  lossesWhenShuffled(strengths: Strengths): Promise<Float64Array>;
  /** Mean loss that the truth would have, so that what a mean loss is above it estimates the squared error. */
  lossOfTruth(judging?: "exact"): Promise<number>;
}

/** A sample of the section's spots, and who is told of each sweep. */
export interface TrialData {
  readonly sample: SpotSample;
  /** Raw counts of the sample, over the shared genes. */
  readonly counts: CsrChunk;
  /** Share of the sample's counts that are in these genes; null where it has none. */
  readonly sharedCounts: number | null;
  readonly context: SolverContext;
  readonly onSweep: () => void;
}

/** Statistics of both halves in both orders, and answers to as many strengths as may be tried. */
const SOLVES_KEPT = 64;

const NONE: Strengths = { smoothing: 0, shrinkage: 0 };

/** Answers to the held-back half are noisy far above this. */
const TOLERANCE = 1e-2;
/** An answer that needs more is judged as it then stands: strengths so far off take longest and are not chosen. */
const MOST_SWEEPS = 200;

/** A sample of one section: one half is solved, the other judges the answer. */
export function heldOutTrial(
  { solver, problem }: { readonly solver: Solver; readonly problem: Problem },
  { sample, counts, context, onSweep }: TrialData,
  { executor, kernels, signal }: Pick<RunContext, "executor" | "kernels" | "signal">,
): SmoothingTrial {
  const { spots, graph: sampleGraph } = sample;
  const { smoothing: control } = solver;
  if (control === undefined) throw new TypeError("this solver has no smoothing to choose");
  const { reference } = problem;
  const typeCount = reference.typeNames.length;
  const spotCount = spots.length;
  const size = { spotCount, typeCount, neighborCount: context.meanDegree, solveCount: SOLVES_KEPT };
  const arena = startArena(kernels, size, executor);
  const reach = reachOf({ executor, arena });
  const allocate = allocator(reach);
  // Once, for all strengths: what a solve finds outside the arena it would copy into it each time.
  const graph = { ...sampleGraph, neighbors: graphInReach(sampleGraph.neighbors, reach) };
  const halves = thinCounts(narrow(counts, problem.genes), spots);
  const halfContext = {
    spotCount,
    meanDegree: context.meanDegree,
    ...(context.meanDepth !== undefined && { meanDepth: context.meanDepth / 2 }),
    ...(context.composition !== undefined && { composition: context.composition }),
  };
  const options = resolveSolveOptions({ tolerance: TOLERANCE, maxSweeps: MOST_SWEEPS });
  const start = (strengths: Strengths) => {
    const solverOptions = setSmoothing(solver, problem.solverOptions, strengths);
    return startSession(solver, { reference, solverOptions }, halfContext, arena);
  };
  const form: RowForm = { ...problem, input: solver.input, precision: "float64", kernels };
  const summarized = (counts: CsrChunk) => {
    const { session } = start(NONE);
    const out = statArray("float64", spotCount * session.statWidth, allocate);
    const sums = new Float64Array(counts.spotCount);
    librarySizes(counts, sums);
    session.summarize(buildRowMaker(form)(counts, sums), out);
    return out;
  };
  const fitted = summarized(halves.first);
  const judged: Judge =
    problem.scale !== "normalized"
      ? countJudge(problem, counts.spotCount, halves)
      : { gram: reference.gram, heldBack: summarized(halves.second), isByDepth: false, isScaled: true };
  let noiseless: Judge | undefined;
  const judgeBy = (judging?: "exact"): Judge => {
    const noise = problem.referenceNoise;
    if (!judging || !noise) return judged;
    noiseless ??= countJudge(problem, counts.spotCount, halves, noise);
    return noiseless;
  };
  const solved = async (statistics: StatArray, strengths: Strengths) => {
    const toSolve = { solver, typeCount, tables: [], statistics, graph, ...start(strengths) };
    const alone = { executor, arena, checkpoint: undefined, signal, report: onSweep };
    return (await solveSpots(toSolve, { precision: "float64", ...options }, alone)).abundance;
  };
  const answers = new Map<string, Promise<StatArray>>();
  /** The answer to the first half among its own neighbours, solved once for each strength. */
  const answerTo = (strengths: Strengths) => {
    const key = `${strengths.smoothing} ${strengths.shrinkage}`;
    const answer = answers.get(key) ?? solved(fitted, strengths);
    answers.set(key, answer);
    return answer;
  };
  let moved: Moved | undefined;
  const shuffle = (): Moved => {
    // Where each spot goes when coordinates are shuffled.
    const places = shuffled(spotCount, 0);
    const move = (rows: StatArray) => moveRows(rows, places, statArray("float64", rows.length, allocate));
    const { isLeftOut } = judged;
    return {
      places,
      fitted: move(fitted),
      judge: {
        ...judged,
        heldBack: move(judged.heldBack),
        ...(isLeftOut && { isLeftOut: moveRows(isLeftOut, places, new Uint8Array(spotCount)) }),
      },
    };
  };
  return {
    spotCount,
    candidates: control.candidates(reference, halfContext),
    shrinkages: solver.shrinkage?.candidates(reference, halfContext),
    async lossesOf(strengths, judging) {
      return spotLosses(await answerTo(strengths), judgeBy(judging), typeCount);
    },
    async lossesWhenShuffled(strengths) {
      moved ??= shuffle();
      const { places, fitted: rows, judge } = moved;
      const losses = spotLosses(await solved(rows, strengths), judge, typeCount);
      return losses.map((_, spot) => losses[places[spot]]);
    },
    async lossOfTruth(judging) {
      const { truth } = judgeBy(judging);
      if (truth !== undefined) return truth;
      const answer = await answerTo(NONE);
      const error = halfDifference(answer, await solved(summarized(halves.second), NONE), judged, typeCount);
      return meanOf(spotLosses(answer, judged, typeCount)) - error;
    },
  };
}

/** Rows of the sample in other places. */
interface Moved {
  readonly places: Int32Array;
  readonly fitted: StatArray;
  readonly judge: Judge;
}
