import type { CsrChunk, Executor } from "@flashdeconv/core";
import { meanDegree } from "@flashdeconv/graph";
import type { SharedArena } from "@flashdeconv/kernels";
import { alignGenes } from "@flashdeconv/select-genes";
import type { Solver, SolverContext, SolverInput, SolverReference, StatArray } from "@flashdeconv/solver";
import { graphInReach } from "./allocator.js";
import { buildProblem, type Problem } from "./build-problem.js";
import { chooseSmoothing } from "./choose-smoothing.js";
import { buildCountProblem } from "./count-problem.js";
import type { DeconvolveCallbacks, DeconvolveOptions } from "./deconvolve-options.js";
import { checkInputs, type ReferenceInput, type SpatialInput } from "./inputs.js";
import type { NoticeList } from "./notice-list.js";
import { describeSummary, type Parameters } from "./parameters.js";
import type { PipelineTasks } from "./pipeline-tasks.js";
import { prepareReference } from "./prepare-reference.js";
import { type SpotSample, sampleSpots } from "./sample-spots.js";
import { setSmoothing } from "./set-smoothing.js";
import { buildSpatialGraph, type SpatialGraph } from "./spatial-graph.js";
import type { SpotStatistics } from "./spot-statistics.js";
import { startSession } from "./start-session.js";
import { summarizeSpots } from "./summarize-spots.js";
import { surveySpots } from "./survey-spots.js";
import { taskExecutor } from "./task-executor.js";

/** All that a solve needs of a section and its reference; no count is read after this. N spots, K types. */
export interface SectionSummary {
  readonly spotCount: number;
  /** The kind of statistics: what the solver's `input` must be to solve them. */
  readonly input: SolverInput;
  /** The types and their Gram matrix, as solvers see them. */
  readonly reference: SolverReference;
  /** N x statWidth: what the solver's `summarize` keeps of each spot. */
  readonly statistics: SpotStatistics;
  /** N counts over the selected genes; 0 where the spot has none. */
  readonly librarySizes: StatArray;
  readonly graph: SpatialGraph;
  readonly meanDegree: number;
  /** Mean count of a spot over the genes in use; for "weighted-counts". */
  readonly meanDepth?: number;
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
 */
export async function summarizeSection(
  spatial: SpatialInput,
  reference: ReferenceInput,
  options: DeconvolveOptions,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
  arena?: SharedArena,
): Promise<SectionSummary> {
  checkInputs(spatial, reference);
  const alignment = alignGenes(spatial.geneNames, reference.geneNames);
  for (const notice of alignment.notices) notices.add(notice);

  const executor = taskExecutor(spatial, options.solver, callbacks, () => session);
  const found = await buildSpatialGraph(executor, spatial, options, callbacks, notices);
  const isKept = callbacks.scratch === undefined;
  const graph = isKept
    ? { ...found, neighbors: graphInReach(found.neighbors, { ...executor, arena }) }
    : found;
  const prepared = await prepareReference(reference, alignment, options, callbacks, notices);
  const wanted = needsSample(options) ? sampleSpots(graph) : undefined;
  const { moments, sample } = await surveySpots(
    executor,
    spatial,
    alignment.spatialIndex,
    wanted?.spots ?? new Int32Array(0),
    options,
    callbacks,
    notices,
  );
  const solver: Solver = options.solver;
  const unsmoothed =
    solver.input === "weighted-counts"
      ? await buildCountProblem(moments, prepared.signature, sample, options)
      : buildProblem(moments, prepared.signature, options, notices);

  const context = {
    spotCount: spatial.counts.spotCount,
    meanDegree: meanDegree(graph.neighbors),
    ...(unsmoothed.meanDepth !== undefined && { meanDepth: unsmoothed.meanDepth }),
  };
  const problem = await withSmoothing(
    executor,
    unsmoothed,
    wanted,
    sample,
    options,
    context,
    callbacks.signal,
  );
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
  const sharedGeneCount = alignment.geneNames.length;
  return {
    ...context,
    ...spots,
    graph,
    input: solver.input,
    reference: problem.reference,
    solverOptions: problem.solverOptions,
    parameters: describeSummary({ options, problem, prepared, sharedGeneCount, ...context }),
  };
}

/** Whether anything is to be found out on a sample of the spots. */
function needsSample({ solver, smoothing, overdispersion }: DeconvolveOptions): boolean {
  return smoothing === "auto" || (solver.input === "weighted-counts" && overdispersion === "auto");
}

/** The problem with the strength of smoothing among the solver's options, where that is the pipeline's to find. */
async function withSmoothing(
  executor: Executor<PipelineTasks>,
  problem: Problem,
  wanted: SpotSample | undefined,
  sample: CsrChunk,
  { solver, smoothing }: DeconvolveOptions,
  context: SolverContext,
  signal?: AbortSignal,
): Promise<Problem> {
  if (smoothing === undefined || solver.smoothing === undefined) return problem;
  const set = (strength: number, facts: Parameters) => ({
    ...problem,
    solverOptions: setSmoothing(solver, problem.solverOptions, strength),
    facts: { ...problem.facts, smoothing_used: strength, ...facts },
  });
  if (smoothing !== "auto" || wanted === undefined)
    return set(smoothing === "none" ? 0 : Number(smoothing), {});
  const choice = await chooseSmoothing(executor, solver, problem, wanted, sample, context, signal);
  return set(choice.strength, {
    smoothing_curve: {
      sampled_spots: wanted.spots.length,
      strength: choice.strengths,
      loss: choice.losses,
      strangers_loss: choice.strangersLoss ?? null,
    },
  });
}
