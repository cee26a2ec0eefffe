import { meanDegree } from "@flashdeconv/graph";
import type { Deconvolution } from "./contracts/answers.js";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import { withSpotName } from "./methods/guard-solver.js";
import { methodWith } from "./methods/methods.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { openRun } from "./open-run.js";
import { keptNotices } from "./runtime/notice-list.js";
import { checkInputs, isSignature, typeNamesOf } from "./stages/check-inputs.js";
import { buildSpatialGraph } from "./stages/neighbors/spatial-graph.js";
import { alignInputs } from "./stages/reference/align-inputs.js";
import { prepareReference } from "./stages/reference/prepare-reference.js";
import { solveSection } from "./stages/solve/solve-section.js";
import { precisionOf } from "./stages/summarize/spot-statistics.js";
import { gatherEvidence, requireCountedGenes } from "./stages/survey/gather-evidence.js";
import { requireRawMeans } from "./stages/survey/require-raw-means.js";
import { NO_SAMPLE, sampleSpots } from "./stages/survey/sample-spots.js";
import { surveySpots } from "./stages/survey/survey-spots.js";
import { noteColumnNames } from "./stages/write/column-names.js";
import { summarizeSection } from "./summarize-section.js";
import { settleSample } from "./tuning/settle-sample.js";

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
  const method = methodWith(options.solver);
  const notices = await keptNotices(callbacks);
  const { spotCount } = spatial.counts;
  const typeCount = (isSignature(reference) ? reference.typeNames : reference.cellTypes.names).length;
  const size = { spotCount, typeCount, neighborCount: options.neighborCount };
  const run = openRun({ ...options, section: spatial, size }, callbacks, notices);

  // Genes that both sides have, and which spots are neighbours: bad inputs should not cost a pass.
  checkInputs(spatial, reference);
  noteColumnNames(typeNamesOf(reference), notices);
  const alignment = await alignInputs(spatial, reference, run);
  const graph = await buildSpatialGraph(spatial, options, run);

  // One pass over the reference: the mean counts of each type.
  const prepared = await prepareReference(reference, alignment, options, run);
  requireCountedGenes(prepared.signature);

  // The first pass over the section: moments of its genes, and a sample of its spots.
  const sample = method.needsSample(options) ? sampleSpots(graph) : undefined;
  const columns = alignment.spatialIndex;
  const wanted = { columns, sample: sample ?? NO_SAMPLE, withDepths: method.weighsCounts };
  const survey = await surveySpots(spatial, wanted, options, run);
  const evidence = gatherEvidence(alignment, prepared.signature, survey, notices);
  if (isSignature(reference)) requireRawMeans(evidence, options, notices);

  // Genes in use, their weights or sketch, and how strongly neighbours are drawn together.
  const settled = settleSample(sample, survey);
  const problem = await method.prepare(evidence, settled.counts, options, run);
  const context = {
    spotCount,
    meanDegree: meanDegree(graph.neighbors),
    ...(problem.meanDepth !== undefined && { meanDepth: problem.meanDepth }),
    ...(problem.composition !== undefined && { composition: problem.composition }),
  };
  let sweepCount = 0;
  const onSweep = () => run.report({ stage: "smoothing", done: ++sweepCount, total: undefined });
  const fit = await method.tune(problem, { ...settled, context, onSweep }, options, run);

  // The second pass: each spot is reduced to the few numbers that the solver keeps of it.
  const made = { fit, context, graph, columns, prepared, sharedGeneCount: evidence.genes.length };
  const summary = await summarizeSection(spatial, made, options, run);
  await callbacks.onSummary?.(summary);

  try {
    const precision = precisionOf(summary);
    return await solveSection(summary, { ...options, precision, solver: fit.solver }, run);
  } catch (error) {
    // On scratch rows have numbers of their own.
    throw await withSpotName(error, callbacks.scratch ? undefined : spatial.readSpotName);
  }
}
