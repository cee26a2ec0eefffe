import type { SolverContext } from "@flashdeconv/solver";
import { buildRefiner, type Refinement } from "@flashdeconv/solver-poisson";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { checkpointOf, scratchOf } from "../../runtime/section-views.js";
import { solveOnScratch } from "../solve/solve-on-scratch.js";
import { solveSpots } from "../solve/solve-spots.js";
import { answerSpots } from "../solve/spot-answers.js";
import { startSession } from "../solve/start-session.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { refineSpots, type StartRows, startRowsOf } from "./refine-spots.js";

export interface RefineRequest {
  readonly refinement: Refinement;
  /** Columns of the genes in use in the spatial data. */
  readonly columns: Int32Array;
  /** As the refined section will be solved. */
  readonly solving: SolveSummaryOptions;
}

/** How far from its optimum the first solve may stop: what is refined from there came out the same to 0.0001. */
const FIRST_TOLERANCE = 2e-2;
/** Begins the names of what the first solve keeps. */
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
  { refinement, columns, solving }: RefineRequest,
  run: RunContext,
): Promise<SectionSummary> {
  const { arena } = run;
  const mark = arena?.mark();
  const start = await firstAnswer(summary, solving, run);
  const { statistics, librarySizes } = summary;
  const precision = precisionOf(summary);
  const into = isSource(statistics) ? undefined : statistics;
  const request = { refinement, columns, precision, start, into };
  const refined = await refineSpots(spatial, request, run);
  // The arrays of the first solve.
  if (mark !== undefined) arena?.rewind(mark);
  const { gram } = buildRefiner(refinement);
  const { typeNames } = summary.reference;
  return {
    ...summary,
    librarySizes,
    statistics: refined,
    reference: { typeNames, width: typeNames.length, values: gram, gram },
    parameters: { ...summary.parameters, refining_steps: refinement.steps },
  };
}

/** The proportions of the first solve. */
async function firstAnswer(
  summary: SectionSummary,
  given: SolveSummaryOptions,
  run: RunContext,
): Promise<StartRows> {
  const { spotCount, meanDegree, meanDepth, composition, reference, graph, statistics } = summary;
  const { solver } = given;
  const { checkpoint, scratch } = run;
  const context: SolverContext = {
    spotCount,
    meanDegree,
    ...(meanDepth !== undefined && { meanDepth }),
    ...(composition !== undefined && { composition }),
  };
  const first: RunContext = {
    ...run,
    checkpoint: checkpoint && checkpointOf(checkpoint, FIRST),
    scratch: scratch && scratchOf(scratch, FIRST),
    report: (progress) => run.report({ ...progress, stage: "first-solve" }),
  };
  first.report({ stage: "first-solve", done: 0, total: undefined });
  const typeCount = reference.typeNames.length;
  const started = startSession(solver, summary, context, run.arena);
  const toSolve = { ...started, solver, typeCount, tables: [], graph };
  const options = { ...given, tolerance: Math.max(FIRST_TOLERANCE, given.tolerance), empty: "nan" as const };
  const { librarySizes } = summary;
  if (isSource(statistics)) {
    const solved = await solveOnScratch({ ...toSolve, statistics, librarySizes }, options, first);
    return startRowsOf(solved.answers.proportions, first);
  }
  const { abundance } = await solveSpots({ ...toSolve, statistics }, options, first);
  answerSpots(abundance, librarySizes, typeCount, "nan");
  return { rows: abundance };
}
