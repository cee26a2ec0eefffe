import type { StatArray } from "@flashdeconv/solver";
import { type Refinement, refiningGram } from "@flashdeconv/solver-poisson/internal";
import type { SpotAnswers } from "../../contracts/answers.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { checkpointOf } from "../../runtime/section-views.js";
import { graphInMemory } from "../neighbors/neighbors-on-scratch.js";
import { weakened } from "../solve/set-smoothing.js";
import { type SpotsOnScratch, solveOnScratch } from "../solve/solve-on-scratch.js";
import { arrangeGraph, type SpotsToSolve, solveSpots } from "../solve/solve-spots.js";
import { answerSpots } from "../solve/spot-answers.js";
import { contextOf, startSession } from "../solve/start-session.js";
import type { KeptRanges } from "../summarize/kept-ranges.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { refineSpots } from "./refine-spots.js";
import { type StartRows, startInMemory, startOnScratch } from "./start-rows.js";

export interface RefineRequest {
  readonly refinement: Refinement;
  /** Columns of the genes in use in the spatial data. */
  readonly columns: Int32Array;
  /** Where they are not, the section is read again. */
  readonly kept: KeptRanges;
  /** As the refined section will be solved. */
  readonly solving: SolveSummaryOptions;
}

/** How far from its optimum the first solve may stop: what is refined from there came out the same to 0.0001. */
const FIRST_TOLERANCE = 2e-2;
/** The first solve draws spots together by this part of the strength: a step from where a spot has lost a type can at most double it. */
const FIRST_STRENGTH = 2 / 3;
/** Begins the names of the pieces that the first solve keeps. */
const FIRST = "first";

/**
 * Solves the section coarsely, and takes each spot from there towards the most likely proportions of its own counts, which are read
 * once more.
 *
 * @returns the summary with the statistics of that instead of its own, which are not kept
 */
export async function refineSection(
  spatial: SpatialInput,
  summary: SectionSummary,
  { refinement, columns, kept, solving }: RefineRequest,
  run: RunContext,
): Promise<SectionSummary> {
  const { arena } = run;
  const { statistics } = summary;
  const started = startFirst(summary, solving, run);
  // It serves the second solve as well, so it is not among the arrays of the first.
  const graph = isSource(statistics)
    ? summary.graph
    : arrangeGraph(graphInMemory(summary.graph), started, run);
  const mark = arena?.mark();
  const start = await firstAnswer({ ...summary, graph }, started, solving, run);
  const precision = precisionOf(summary);
  const into = isSource(statistics) ? undefined : statistics;
  const request = { refinement, columns, kept, precision, start, into };
  const refined = await refineSpots(spatial, request, run);
  // The arrays of the first solve.
  if (mark !== undefined) arena?.rewind(mark);
  const gram = refiningGram(refinement);
  const { typeNames } = summary.reference;
  return {
    ...summary,
    graph,
    statistics: refined,
    reference: { typeNames, width: typeNames.length, values: gram, gram },
    parameters: { ...summary.parameters, refining_steps: refinement.steps },
  };
}

/** The proportions of the first solve, of this run or the one that it resumes. */
async function firstAnswer(
  summary: SectionSummary,
  started: FirstSession,
  solving: SolveSummaryOptions,
  run: RunContext,
): Promise<StartRows> {
  const { checkpoint } = run;
  const own = checkpoint && checkpointOf(checkpoint, FIRST);
  const first: RunContext = {
    ...run,
    checkpoint: own,
    report: (progress) => run.report({ ...progress, stage: "first-solve" }),
  };
  const options = {
    ...solving,
    tolerance: Math.max(FIRST_TOLERANCE, solving.tolerance),
    empty: "nan" as const,
    fewCounts: 0,
  };
  const { statistics } = summary;
  if (isSource(statistics)) {
    const typeCount = summary.reference.typeNames.length;
    const rowBytes = typeCount * (precisionOf(summary) === "float32" ? 4 : 8);
    const solve = () => solveFirstOnScratch({ ...started, ...summary, statistics }, options, first);
    return startOnScratch(rowBytes, solve, run);
  }
  const toSolve = { ...started, ...summary, statistics, graph: graphInMemory(summary.graph) };
  return startInMemory(() => solveFirstInMemory(toSolve, options, first), run);
}

async function solveFirstOnScratch(
  toSolve: SpotsOnScratch,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<SpotAnswers["proportions"]> {
  return (await solveOnScratch(toSolve, options, run)).answers.proportions;
}

async function solveFirstInMemory(
  toSolve: SpotsToSolve & Pick<SpotsOnScratch, "librarySizes">,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<StatArray> {
  const { abundance } = await solveSpots(toSolve, options, run);
  answerSpots(abundance, toSolve.librarySizes, toSolve.typeCount, options);
  return abundance;
}

type FirstSession = ReturnType<typeof startFirst>;

/** A session of the first solve. Nobody asks how good its answer is. */
function startFirst(summary: SectionSummary, { solver }: SolveSummaryOptions, { arena, report }: RunContext) {
  report({ stage: "first-solve", done: 0, total: undefined });
  const problem = {
    reference: summary.reference,
    solverOptions: weakened(solver, summary.solverOptions, FIRST_STRENGTH),
  };
  const { session, request } = startSession(solver, problem, contextOf(summary), arena);
  const typeCount = summary.reference.typeNames.length;
  return { request, session: { ...session, assess: undefined }, solver, typeCount, tables: [] };
}
