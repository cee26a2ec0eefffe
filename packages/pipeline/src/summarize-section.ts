import type { StatArray } from "@flashdeconv/solver";
import type { Calibrating } from "./calibrate-section.js";
import type { TypeConfusion } from "./contracts/confusion.js";
import type { SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { FoundProgramme, SectionProgramme } from "./contracts/programme.js";
import type { RunContext } from "./contracts/run-context.js";
import type { ReferenceScore } from "./contracts/score.js";
import type { SectionSummary } from "./contracts/summary.js";
import { describeSummary } from "./describe-summary.js";
import type { OpenProblem } from "./find-problem.js";
import { choiceIn } from "./methods/resolve-options.js";
import { measuresOf } from "./stages/solve/amount.js";
import { startSession } from "./stages/solve/start-session.js";
import { enoughPrecision } from "./stages/summarize/enough-precision.js";
import type { KeptRanges } from "./stages/summarize/kept-ranges.js";
import { summarizeSpots } from "./stages/summarize/summarize-spots.js";
import { settleSurvey } from "./stages/survey/settle-survey.js";
import type { Fit } from "./tuning/settle-smoothing.js";

/** A problem of which nothing is open any more. */
export type SettledProblem = Omit<OpenProblem, "problem" | "data"> & {
  readonly fit: Fit;
  readonly score: ReferenceScore;
  readonly programme: FoundProgramme | undefined;
  readonly confusion: TypeConfusion | undefined;
  readonly calibrating: Calibrating | undefined;
};

/** The second pass over the section, and all that a solve needs besides. */
export async function summarizeSection(
  spatial: SpatialInput,
  found: SettledProblem,
  given: DeconvolveOptions,
  run: RunContext,
): Promise<{ readonly summary: SectionSummary; readonly kept: KeptRanges }> {
  const { context, graph, columns, aligned, countsPerCell, openSurvey, sharedGeneCount, score } = found;
  const { programme, confusion, calibrating } = found;
  const { solver, problem } = found.fit;
  const { session, request } = startSession(solver, problem, context);
  const precision = enoughPrecision(solver, session, given, run.notices);
  const options = { ...given, precision };
  const { kernels } = options;
  const { normalization, statistics } = problem;
  const wanted = {
    columns: problem.genes.map((gene) => columns[gene]),
    form: { input: solver.input, normalization, statistics, precision, kernels },
    session: request,
    statWidth: session.statWidth,
    ...(programme && { loadings: programme.loadings }),
    ...(openSurvey && { unseen: openSurvey.unseen.map((gene) => columns[gene]) }),
  };
  const { census, kept, sums, ...spots } = await summarizeSpots(spatial, wanted, run);
  if (census && openSurvey) {
    const { librarySizes } = spots;
    await settleSurvey(spatial, openSurvey, { census, librarySizes, options }, run);
  }
  const calibration = await calibrating?.finish();
  const summary = {
    ...context,
    ...spots,
    graph,
    input: solver.input,
    reference: problem.reference,
    silentTypes: problem.silentTypes,
    ...(aligned.cellCounts && { cellCounts: aligned.cellCounts }),
    ...(countsPerCell && { countsPerCell }),
    measures: measuresOf(problem),
    amount: given.amount,
    ...(problem.strengths && { strengths: problem.strengths }),
    solverOptions: problem.solverOptions,
    score,
    ...(programme && sums && { programme: settled(programme, sums) }),
    ...(confusion && { confusion }),
    ...(calibration && { calibration }),
    parameters: describeSummary({
      options,
      choice: choiceIn(given),
      problem,
      aligned,
      score,
      programme,
      calibration,
      sharedGeneCount,
      surveyedSpotCount: openSurvey?.surveyedSpotCount,
      ...context,
    }),
  };
  return { summary, kept };
}

/** Loadings of genes serve the pass alone. */
function settled({ loadings: _, ...programme }: FoundProgramme, sums: StatArray): SectionProgramme {
  return { ...programme, sums };
}
