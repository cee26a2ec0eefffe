import type { StatArray } from "@flashdeconv/solver";
import { type Refinement, refiningGram } from "@flashdeconv/solver-poisson/internal";
import type { SpotAnswers } from "../../contracts/answers.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { checkpointOf } from "../../runtime/section-views.js";
import { type SpotsOnScratch, solveOnScratch } from "../solve/solve-on-scratch.js";
import { type SpotsToSolve, solveSpots } from "../solve/solve-spots.js";
import { answerSpots } from "../solve/spot-answers.js";
import { contextOf, startSession } from "../solve/start-session.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { refineSpots } from "./refine-spots.js";
import { type StartRows, startInMemory, startOnScratch } from "./start-rows.js";

export interface RefineRequest {
  readonly refinement: Refinement;
  /** Columns of the genes in use in the spatial data. */
  readonly columns: Int32Array;
  /** As the refined section will be solved. */
  readonly solving: SolveSummaryOptions;
}

/** How far from its optimum the first solve may stop: what is refined from there came out the same to 0.0001. */
const FIRST_TOLERANCE = 2e-2;
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
  { refinement, columns, solving }: RefineRequest,
  run: RunContext,
): Promise<SectionSummary> {
  const { arena } = run;
  const mark = arena?.mark();
  const start = await firstAnswer(summary, solving, run);
  const { statistics } = summary;
  const precision = precisionOf(summary);
  const into = isSource(statistics) ? undefined : statistics;
  const request = { refinement, columns, precision, start, into };
  const refined = await refineSpots(spatial, request, run);
  // The arrays of the first solve.
  if (mark !== undefined) arena?.rewind(mark);
  const gram = refiningGram(refinement);
  const { typeNames } = summary.reference;
  return {
    ...summary,
    statistics: refined,
    reference: { typeNames, width: typeNames.length, values: gram, gram },
    parameters: { ...summary.parameters, refining_steps: refinement.steps },
  };
}

/** The proportions of the first solve, of this run or the one that it resumes. */
async function firstAnswer(
  summary: SectionSummary,
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
  };
  const { statistics } = summary;
  if (isSource(statistics)) {
    const typeCount = summary.reference.typeNames.length;
    const rowBytes = typeCount * (precisionOf(summary) === "float32" ? 4 : 8);
    const solve = () => solveFirstOnScratch({ ...summary, statistics }, options, first);
    return startOnScratch(rowBytes, solve, run);
  }
  return startInMemory(() => solveFirstInMemory({ ...summary, statistics }, options, first), run);
}

async function solveFirstOnScratch(
  summary: SectionSummary & Pick<SpotsOnScratch, "statistics">,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<SpotAnswers["proportions"]> {
  const toSolve = { ...startFirst(summary, options, run), ...summary };
  return (await solveOnScratch(toSolve, options, run)).answers.proportions;
}

async function solveFirstInMemory(
  summary: SectionSummary & Pick<SpotsToSolve, "statistics">,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<StatArray> {
  const toSolve = { ...startFirst(summary, options, run), ...summary };
  const { abundance } = await solveSpots(toSolve, options, run);
  answerSpots(abundance, summary.librarySizes, toSolve.typeCount, "nan");
  return abundance;
}

function startFirst(summary: SectionSummary, { solver }: SolveSummaryOptions, run: RunContext) {
  run.report({ stage: "first-solve", done: 0, total: undefined });
  const started = startSession(solver, summary, contextOf(summary), run.arena);
  return { ...started, solver, typeCount: summary.reference.typeNames.length, tables: [] };
}
