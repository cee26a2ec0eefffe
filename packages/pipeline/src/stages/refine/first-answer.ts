import type { SolverTable, StatArray } from "@flashdeconv/solver";
import type { SpotAnswers } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { isPassDone } from "../../runtime/run-pass.js";
import { checkpointOf } from "../../runtime/section-views.js";
import { graphInMemory } from "../neighbors/neighbors-on-scratch.js";
import { weakened } from "../solve/set-smoothing.js";
import { type SpotsOnScratch, solveOnScratch } from "../solve/solve-on-scratch.js";
import { type SpotsToSolve, solveSpots } from "../solve/solve-spots.js";
import { emptyRows } from "../solve/solver-tables.js";
import { answerSpots } from "../solve/spot-answers.js";
import { contextOf, startSession } from "../solve/start-session.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { FIRST_STRENGTH, FIRST_TOLERANCE } from "./first-solve.js";
import { type StartRows, startInMemory, startOnScratch } from "./start-rows.js";

/** Begins the names of the pieces that the first solve keeps. */
const FIRST = "first";

/** What a spot starts from: its own answer, or what its neighbours have, to which its own counts have not been added. */
export type StartOf = "spot" | "neighbors";

/**
 * The proportions of the first solve, or the neighbours' means of them, of this run or the one that it resumes. Undefined where others have
 * refined all spots from them.
 */
export async function firstAnswer(
  summary: SectionSummary,
  started: FirstSession,
  solving: SolveSummaryOptions,
  run: RunContext,
): Promise<StartRows | undefined> {
  if (await isPassDone("refine", summary.spotCount, run)) return undefined;
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
  const { statistics, spotCount } = summary;
  const { typeNames } = summary.reference;
  const shape = { spotCount, typeCount: typeNames.length, precision: precisionOf(summary) };
  if (isSource(statistics)) {
    const solve = () => solveFirstOnScratch({ ...started, ...summary, statistics }, options, first);
    return startOnScratch(shape, solve, run);
  }
  const toSolve = { ...started, ...summary, statistics, graph: graphInMemory(summary.graph), typeNames };
  return startInMemory(shape, () => solveFirstInMemory(toSolve, options, first), run);
}

async function solveFirstOnScratch(
  toSolve: SpotsOnScratch,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<SpotAnswers["proportions"]> {
  const { proportions, solverTables } = (await solveOnScratch(toSolve, options, run)).answers;
  return solverTables[0]?.values ?? proportions;
}

async function solveFirstInMemory(
  toSolve: SpotsToSolve & Pick<SpotsOnScratch, "librarySizes">,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<StatArray> {
  const { typeCount, librarySizes } = toSolve;
  const { abundance, tables } = await solveSpots(toSolve, options, run);
  const { dominant } = answerSpots(abundance, librarySizes, typeCount, options);
  if (tables) emptyRows(tables, typeCount, dominant);
  return tables ?? abundance;
}

export type FirstSession = ReturnType<typeof startFirst>;

/** A session of the first solve. Nobody asks how good its answer is. */
export function startFirst(
  summary: SectionSummary,
  { solver }: SolveSummaryOptions,
  { arena, report }: RunContext,
  startOf: StartOf,
) {
  report({ stage: "first-solve", done: 0, total: undefined });
  const problem = {
    reference: summary.reference,
    solverOptions: weakened(solver, summary.solverOptions, FIRST_STRENGTH),
  };
  const { session, request } = startSession(solver, problem, contextOf(summary), arena);
  const typeCount = summary.reference.typeNames.length;
  const tables: SolverTable[] = startOf === "neighbors" ? [{ name: "neighbors", columns: "types" }] : [];
  return { request, session: { ...session, assess: undefined }, solver, typeCount, tables };
}
