import { meanDegree } from "@flashdeconv/graph";
import type { SharedArena } from "@flashdeconv/kernels";
import type { Solver, SolverInput, SolverReference, StatArray } from "@flashdeconv/solver";
import {
  checkInputs,
  isSignature,
  type ReferenceInput,
  type SpatialInput,
  typeNamesOf,
} from "./contracts/inputs.js";
import { describeSummary, type Parameters } from "./contracts/parameters.js";
import { buildCountProblem } from "./methods/count-problem.js";
import { buildProblem } from "./methods/normalized-problem.js";
import type { DeconvolveCallbacks, DeconvolveOptions } from "./methods/resolve-options.js";
import { usesCountModel } from "./methods/smoothed-poisson.js";
import { taskExecutor } from "./open-run.js";
import { graphInReach } from "./runtime/allocator.js";
import type { NoticeList } from "./runtime/notice-list.js";
import { buildSpatialGraph, type SpatialGraph } from "./stages/neighbors/spatial-graph.js";
import { alignInputs } from "./stages/reference/align-inputs.js";
import { prepareReference } from "./stages/reference/prepare-reference.js";
import { startSession } from "./stages/solve/start-session.js";
import type { SpotStatistics } from "./stages/summarize/spot-statistics.js";
import { summarizeSpots } from "./stages/summarize/summarize-spots.js";
import { gatherEvidence, requireCountedGenes } from "./stages/survey/gather-evidence.js";
import { requireRawMeans } from "./stages/survey/require-raw-means.js";
import { NO_SAMPLE, sampleSpots } from "./stages/survey/sample-spots.js";
import { surveySpots } from "./stages/survey/survey-spots.js";
import { noteColumnNames } from "./stages/write/column-names.js";
import { settleSample } from "./tuning/settle-sample.js";
import { chooseFit, needsSample } from "./tuning/settle-smoothing.js";

/** All that a solve needs of a section and its reference; no count is read after this. N spots, K types. */
export interface SectionSummary {
  readonly spotCount: number;
  /** The kind of statistics: what the solver's `input` must be to solve them. */
  readonly input: SolverInput;
  /** The types and their Gram matrix, as solvers see them. */
  readonly reference: SolverReference;
  /** Names of types without a count in the genes in use: columns of the result that are 0, unknown to the solver. */
  readonly silentTypes: readonly string[];
  /** N x statWidth: what the solver's `summarize` keeps of each spot. */
  readonly statistics: SpotStatistics;
  /** N counts over the selected genes; 0 where the spot has none. */
  readonly librarySizes: StatArray;
  readonly graph: SpatialGraph;
  readonly meanDegree: number;
  /** Mean count of a spot over the genes in use; for "weighted-counts". */
  readonly meanDepth?: number;
  /** What the tissue as a whole consists of, K proportions; for solvers of the model of counts. */
  readonly composition?: Float64Array;
  /** The solver's own options, with the strength of smoothing that was chosen. */
  readonly solverOptions: object;
  /** What made the summary, under the names of the command line's options. */
  readonly parameters: Parameters;
}

/**
 * Reads the reference once and the section twice, chunk by chunk: once to choose genes, once to reduce each spot to the
 * few numbers that the solver keeps of it.
 *
 * @param arena where statistics and neighbours are to lie, for the solve that follows
 * @returns the summary, and the solver for it: the given one, or another where the data spoke against it
 */
export async function summarizeSection(
  spatial: SpatialInput,
  reference: ReferenceInput,
  options: DeconvolveOptions,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
  arena?: SharedArena,
): Promise<{ readonly summary: SectionSummary; readonly solver: Solver }> {
  checkInputs(spatial, reference);
  noteColumnNames(typeNamesOf(reference), notices);
  const alignment = await alignInputs(spatial, reference, callbacks.signal);
  for (const notice of alignment.notices) notices.add(notice);

  const executor = taskExecutor(spatial, options.solver, callbacks, () => session);
  const found = await buildSpatialGraph(executor, spatial, options, callbacks, notices);
  const isKept = callbacks.scratch === undefined;
  const graph = isKept
    ? { ...found, neighbors: graphInReach(found.neighbors, { ...executor, arena }) }
    : found;
  const prepared = await prepareReference(reference, alignment, options, callbacks, notices);
  const asked = needsSample(options) ? sampleSpots(graph) : undefined;
  requireCountedGenes(prepared.signature);
  const survey = await surveySpots(
    executor,
    spatial,
    alignment.spatialIndex,
    asked ?? NO_SAMPLE,
    options,
    callbacks,
    notices,
  );
  const evidence = gatherEvidence(alignment, prepared.signature, survey, notices);
  if (isSignature(reference)) requireRawMeans(evidence, options, notices);
  const { wanted, sample } = settleSample(asked, survey);
  const open = usesCountModel(options.solver)
    ? await buildCountProblem(evidence, sample, options, notices)
    : buildProblem(evidence, options, notices);

  const context = {
    spotCount: spatial.counts.spotCount,
    meanDegree: meanDegree(graph.neighbors),
    ...(open.meanDepth !== undefined && { meanDepth: open.meanDepth }),
    ...(open.composition !== undefined && { composition: open.composition }),
  };
  let sweepCount = 0;
  const onSweep = () => callbacks.onProgress?.({ stage: "smoothing", done: ++sweepCount, total: undefined });
  const { solver, problem } = await chooseFit(executor, open, wanted, sample, options, context, notices, {
    signal: callbacks.signal,
    onSweep,
  });
  const { session, request } = startSession(solver, problem.reference, problem.solverOptions, context);
  const spots = await summarizeSpots(
    executor,
    spatial,
    {
      columns: problem.genes.map((gene) => alignment.spatialIndex[gene]),
      form: {
        input: solver.input,
        normalization: problem.normalization,
        statistics: problem.statistics,
        precision: options.precision,
        kernels: options.kernels,
      },
      session: request,
      statWidth: session.statWidth,
      arena,
    },
    callbacks,
    notices,
  );
  const sharedGeneCount = evidence.genes.length;
  const summary = {
    ...context,
    ...spots,
    graph,
    input: solver.input,
    reference: problem.reference,
    silentTypes: problem.silentTypes,
    solverOptions: problem.solverOptions,
    parameters: describeSummary({ options, problem, prepared, sharedGeneCount, ...context }),
  };
  return { summary, solver };
}
