import type { SolveOptions, Solver } from "@flashdeconv/solver";
import type { Deconvolution } from "./deconvolve.js";
import type { DeconvolveCallbacks } from "./deconvolve-options.js";
import { noteOutcome } from "./note-outcome.js";
import type { NoticeList } from "./notice-list.js";
import { describeSolve } from "./parameters.js";
import { solveSpots } from "./solve-spots.js";
import { answerSpots } from "./spot-answers.js";
import { startSession } from "./start-session.js";
import type { SectionSummary } from "./summarize-section.js";
import { taskExecutor } from "./task-executor.js";

export interface SolveSummaryOptions extends SolveOptions {
  readonly solver: Solver;
  /** Storage of the abundances and proportions; as in DeconvolveOptions. */
  readonly precision: "float64" | "float32";
  /** What a spot without any abundance gets; as in DeconvolveOptions. */
  readonly empty: "nan" | "uniform";
}

/** Solves a summarised section. The statistics stay as they are, so that it can be solved again in another way. */
export async function solveSummary(
  summary: SectionSummary,
  options: SolveSummaryOptions,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<Deconvolution> {
  const { spotCount, meanDegree, reference, solverOptions, statistics, graph, librarySizes } = summary;
  const { typeNames } = reference;
  const context = { spotCount, meanDegree };
  const { session, request } = startSession(options.solver, reference, solverOptions, context);
  const executor = taskExecutor(undefined, options.solver, callbacks, () => session);
  const toSolve = {
    solver: options.solver,
    session,
    request,
    typeCount: typeNames.length,
    statistics,
    graph,
  };
  const solution = await solveSpots(executor, toSolve, options, callbacks);
  const answers = answerSpots(solution.abundance, librarySizes, typeNames.length, options.empty);
  noteOutcome(answers, solution, options, notices);
  const parameters = {
    ...summary.parameters,
    ...describeSolve({ options, solverOptions, session, solution }),
  };
  return { spotCount, typeNames, ...answers, parameters, notices: notices.all };
}
