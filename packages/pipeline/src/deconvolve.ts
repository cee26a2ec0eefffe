import type { Notice } from "@flashdeconv/core";
import { meanDegree } from "@flashdeconv/graph";
import { alignGenes } from "@flashdeconv/select-genes";
import { buildProblem } from "./build-problem.js";
import {
  type DeconvolveCallbacks,
  type DeconvolveOptions,
  resolveDeconvolveOptions,
} from "./deconvolve-options.js";
import { checkInputs, type ReferenceInput, type SpatialInput } from "./inputs.js";
import { noteOutcome } from "./note-outcome.js";
import { buildNoticeList } from "./notice-list.js";
import { describeRun, type Parameters } from "./parameters.js";
import type { SessionRequest } from "./pipeline-tasks.js";
import { prepareReference } from "./prepare-reference.js";
import { solveSpots } from "./solve-spots.js";
import { buildSpatialGraph } from "./spatial-graph.js";
import { answerSpots, type SpotAnswers } from "./spot-answers.js";
import { summarizeSpots } from "./summarize-spots.js";
import { surveySpots } from "./survey-spots.js";
import { taskExecutor } from "./task-executor.js";

/** What a deconvolution found. N spots, K types. */
export interface Deconvolution extends SpotAnswers {
  readonly spotCount: number;
  /** K names, ascending by code point: the columns of `proportions`. */
  readonly typeNames: readonly string[];
  readonly parameters: Parameters;
  readonly notices: readonly Notice[];
}

/**
 * Says which cell types each spot of a section holds.
 *
 * Reads the reference once and the section twice, chunk by chunk: once to choose genes, once to reduce each spot to the
 * K + 1 numbers of the least-squares problem, which is then solved to its optimum over all spots together. In memory are
 * only those numbers, the answer and the graph.
 *
 * @throws CountError, CoordinateError, GeneMismatchError, ShapeError, OptionError for input that cannot be used; what
 * reading the inputs throws; the signal's reason when it is aborted.
 */
export async function deconvolve(
  spatial: SpatialInput,
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> = {},
  callbacks: DeconvolveCallbacks = {},
): Promise<Deconvolution> {
  const options = resolveDeconvolveOptions(input);
  const notices = buildNoticeList(callbacks.onNotice);
  const { solver } = options;
  const { spotCount } = spatial.counts;
  checkInputs(spatial, reference);

  const alignment = alignGenes(spatial.geneNames, reference.geneNames);
  for (const notice of alignment.notices) notices.add(notice);

  const graph = await buildSpatialGraph(spatial, options, callbacks, notices);
  const prepared = await prepareReference(reference, alignment, options, callbacks, notices);
  const executor = taskExecutor(spatial, options, callbacks, () => session);
  const moments = await surveySpots(executor, spatial, alignment.spatialIndex, options, callbacks, notices);
  const problem = buildProblem(moments, prepared.signature, options, notices);

  const context = { spotCount, meanDegree: meanDegree(graph.neighbors) };
  const { reference: solverReference, solverOptions } = problem;
  const session = solver.start(solverReference, solverOptions, context);
  const request: SessionRequest = {
    id: crypto.randomUUID(),
    solver: solver.name,
    reference: solverReference,
    options: solverOptions,
    context,
  };
  const summary = await summarizeSpots(
    executor,
    spatial,
    {
      columns: problem.selection.genes.map((gene) => alignment.spatialIndex[gene]),
      form: {
        input: solver.input,
        normalization: problem.normalization,
        statistics: problem.statistics,
        precision: options.precision,
      },
      session: request,
      statWidth: session.statWidth,
    },
    callbacks,
    notices,
  );

  const { typeNames } = prepared.signature;
  const typeCount = typeNames.length;
  const { statistics, librarySizes } = summary;
  const toSolve = { solver, session, request, typeCount, statistics, graph };
  const solution = await solveSpots(executor, toSolve, options, callbacks);
  const answers = answerSpots(solution.abundance, librarySizes, typeCount, options.empty);
  noteOutcome(answers, solution, options, notices);
  const facts = { options, problem, session, solution, prepared, spotCount, meanDegree: context.meanDegree };
  const parameters = describeRun({ ...facts, sharedGeneCount: alignment.geneNames.length });
  return {
    spotCount,
    typeNames,
    ...answers,
    parameters,
    notices: notices.all,
  };
}
