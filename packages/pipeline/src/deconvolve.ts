import { type Executor, inlineExecutor, type NeighborGraph, type Notice } from "@flashdeconv/core";
import { buildNeighborGraph, meanDegree, spatialOrder } from "@flashdeconv/graph";
import { alignGenes } from "@flashdeconv/select-genes";
import { type SolverSession, solve } from "@flashdeconv/solver";
import { buildProblem } from "./build-problem.js";
import { BUILT_IN_SOLVERS } from "./built-in-solvers.js";
import {
  type DeconvolveCallbacks,
  type DeconvolveOptions,
  graphOptions,
  resolveDeconvolveOptions,
} from "./deconvolve-options.js";
import { checkCoordinates, checkInputs, type ReferenceInput, type SpatialInput } from "./inputs.js";
import { buildNoticeList, type NoticeList } from "./notice-list.js";
import { describeRun, type Parameters } from "./parameters.js";
import { buildPassTasks, type PassTasks } from "./pass-tasks.js";
import { prepareReference } from "./prepare-reference.js";
import { answerSpots, type SpotAnswers } from "./spot-answers.js";
import { summarizeSpots } from "./summarize-spots.js";
import { surveySpots } from "./survey-spots.js";

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
  const { signal, onProgress } = callbacks;
  const { solver } = options;
  const { spotCount } = spatial.counts;
  checkInputs(spatial, reference);

  const alignment = alignGenes(spatial.geneNames, reference.geneNames);
  for (const notice of alignment.notices) notices.add(notice);

  const graph = await buildGraph(spatial, options, callbacks, notices);
  const prepared = await prepareReference(reference, alignment, options, callbacks, notices);
  const executor = passExecutor(spatial, options, callbacks, () => session);
  const moments = await surveySpots(executor, spatial, alignment.spatialIndex, options, callbacks, notices);
  const problem = buildProblem(moments, prepared.signature, options, notices);

  const context = { spotCount, meanDegree: meanDegree(graph.neighbors) };
  const { reference: solverReference, solverOptions } = problem;
  const session = solver.start(solverReference, solverOptions, context);
  const request = {
    columns: problem.selection.genes.map((gene) => alignment.spatialIndex[gene]),
    form: {
      input: solver.input,
      normalization: problem.normalization,
      statistics: problem.statistics,
      precision: options.precision,
    },
    session: {
      id: crypto.randomUUID(),
      solver: solver.name,
      reference: solverReference,
      options: solverOptions,
      context,
    },
    statWidth: session.statWidth,
  };
  const summary = await summarizeSpots(executor, spatial, request, callbacks, notices);

  const { typeNames } = prepared.signature;
  const typeCount = typeNames.length;
  const solution = await solve(
    solver,
    session,
    {
      typeCount,
      statistics: summary.statistics,
      graph: graph.neighbors,
      spatialOrder: graph.order,
      signal,
      onProgress: ({ sweep, estimate }) =>
        onProgress?.({ stage: "solve", done: sweep, total: undefined, estimate }),
    },
    options,
  );
  const answers = answerSpots(solution.abundance, summary.librarySizes, typeCount, options.empty);
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

/** The given threads where they can do the work, otherwise the calling thread on the section and session as they are. */
function passExecutor(
  spatial: SpatialInput,
  { solver }: DeconvolveOptions,
  { executor }: DeconvolveCallbacks,
  openSession: () => SolverSession,
): Executor<PassTasks> {
  const canShare = spatial.location !== undefined && BUILT_IN_SOLVERS[solver.name] === solver;
  if (executor && canShare) return executor;
  return inlineExecutor(buildPassTasks({ openCounts: async () => spatial.counts, openSession }));
}

interface SpatialGraph {
  readonly neighbors: NeighborGraph;
  readonly order: Int32Array | undefined;
}

/** Neighbours, where the solver looks at them. First of all the stages: bad coordinates should not cost a pass. */
async function buildGraph(
  spatial: SpatialInput,
  options: DeconvolveOptions,
  { signal, onProgress }: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<SpatialGraph> {
  const { spotCount } = spatial.counts;
  if (options.solver.coupling === "independent") {
    const neighbors = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
    return { neighbors, order: undefined };
  }
  onProgress?.({ stage: "graph", done: 0, total: spotCount });
  const coordinates = await spatial.readCoordinates({ signal });
  checkCoordinates(coordinates, spotCount);
  if (spotCount === 1) {
    notices.add({
      code: "one-spot",
      message: "There is one spot only: it has no neighbours to be smoothed with.",
    });
  } else if (options.graph === "knn" && options.neighborCount > spotCount - 1) {
    notices.add({
      code: "few-spots",
      message: `${options.neighborCount} neighbours were asked for among ${spotCount} spots; each spot gets all ${spotCount - 1} others.`,
    });
  }
  const neighbors = buildNeighborGraph(coordinates, graphOptions(options));
  onProgress?.({ stage: "graph", done: spotCount, total: spotCount });
  return { neighbors, order: spatialOrder(coordinates) };
}

function noteOutcome(
  { statuses }: SpotAnswers,
  solution: { converged: boolean; sweeps: number; proportionErrorEstimate: number },
  { empty }: DeconvolveOptions,
  notices: NoticeList,
): void {
  const counts = [0, 0, 0, 0];
  for (const status of statuses) counts[status]++;
  const [, fromNeighbors, noCounts, noAnswer] = counts;
  if (fromNeighbors > 0) {
    const message = `${fromNeighbors} spots have no counts in the selected genes; they are filled from their neighbours.`;
    notices.add({ code: "spots-from-neighbours", message });
  }
  const written = empty === "nan" ? "NaN" : "equal proportions";
  if (noCounts > 0) {
    const message = `${noCounts} spots have no counts in the selected genes and get ${written}.`;
    notices.add({ code: "spots-without-counts", message });
  }
  if (noAnswer > 0) {
    const message = `${noAnswer} spots have counts but no type fits them; they get ${written}.`;
    notices.add({ code: "spots-without-answer", message });
  }
  if (!solution.converged) {
    notices.add({
      code: "not-converged",
      message: `Not converged after ${solution.sweeps} sweeps: proportions may be wrong by about ${solution.proportionErrorEstimate.toPrecision(2)}. Raise --max-sweeps or --tolerance.`,
    });
  }
}
