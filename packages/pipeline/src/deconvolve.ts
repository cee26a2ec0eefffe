import { startCalibration } from "./calibrate-section.js";
import { confusionIn, withoutHalves } from "./confuse-types.js";
import type { Deconvolution } from "./contracts/answers.js";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import { findProblem } from "./find-problem.js";
import { withSpotName } from "./methods/guard-solver.js";
import { methodWith } from "./methods/methods.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { openRun, sizeOf } from "./open-run.js";
import { keptNotices } from "./runtime/notice-list.js";
import { programmeOf, scoreProblem } from "./score-section.js";
import { chooseSection } from "./stages/refine/choose-section.js";
import { refineSection } from "./stages/refine/refine-section.js";
import { answerSets } from "./stages/solve/answer-sets.js";
import { noteAlikeTypes } from "./stages/solve/note-alike-types.js";
import { solveSection } from "./stages/solve/solve-section.js";
import { precisionOf } from "./stages/summarize/spot-statistics.js";
import { noteConfusedTypes } from "./stages/types/note-confused-types.js";
import { summarizeSection } from "./summarize-section.js";

/**
 * Says which cell types each spot of a section holds.
 *
 * Reads the reference once and the section twice, chunk by chunk: once, or a part of it, to choose and weigh genes, once to reduce each
 * spot to the K + 1 numbers of the least-squares problem, which is then solved to its optimum over all spots together. Methods that refine
 * solve coarsely first, and read the section, or its `keptCounts`, a third time for better numbers. In memory are only those numbers, the answer and the graph.
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
  const notices = await keptNotices(callbacks);
  const size = sizeOf(spatial, reference, options);
  const run = openRun({ ...options, section: spatial, size }, callbacks, notices);

  // The reference, and the first pass over the section: neighbours, shared genes, mean counts of each type, genes in use.
  let found = await findProblem(spatial, reference, options, run);
  // On the sample: types that nothing tells apart, those that cannot be told apart at this depth, and whether the reference describes the
  // section at all. The cells that types are tried with go first.
  noteAlikeTypes(found.problem.reference, notices);
  const confusion = await confusionIn(found, options, run);
  found = withoutHalves(found);
  const score = await scoreProblem(found, run);
  // And the genes that it explains least.
  const programme = await programmeOf(found, score, run);
  if (score.level !== "red") noteConfusedTypes(confusion, notices);
  // How strongly neighbours are drawn together.
  const method = methodWith(options.solver);
  const fit = await method.tune(found.problem, found.data, options, run);
  // How far proportions may be off, on a tissue made of the reference's cells: a reference of something else could not tell.
  const isCalibrated = options.intervals && score.level !== "red";
  const calibrating = isCalibrated ? startCalibration(found, fit, options, run) : undefined;
  if (!run.executor.isThreaded) await calibrating?.finish();
  // The second pass: each spot is reduced to the few numbers that the solver keeps of it.
  const refinement = method.refine?.(fit, options, notices);
  const keptCounts = refinement && run.keptCounts;
  const { summary: first, kept } = await summarizeSection(
    spatial,
    { ...found, fit, score, programme, confusion, calibrating },
    options,
    { ...run, keptCounts },
  );
  const { cellsPerSpot = options.cellsPerSpot } = spatial;
  const solving = { ...options, precision: precisionOf(first), solver: fit.solver, cellsPerSpot };
  const columns = fit.problem.genes.map((gene) => found.columns[gene]);
  const { maxTypes } = options;
  if (refinement && maxTypes !== undefined) {
    // A third pass chooses a set of types for each spot, which is its answer.
    const sets = await chooseSection(spatial, first, { refinement, columns, kept, solving }, run);
    return answerSets({ summary: first, sets, mostTypes: maxTypes }, solving, run);
  }
  // With some methods a third: each spot is taken towards the most likely answer to its own counts.
  const summary = refinement
    ? await refineSection(spatial, first, { refinement, columns, kept, solving }, run)
    : first;
  await callbacks.onSummary?.({ ...summary, notices: notices.all });
  try {
    // Sweeps over all spots together, until no proportion is expected to be off by more than the tolerance.
    return await solveSection(summary, solving, run);
  } catch (error) {
    // On scratch rows have numbers of their own.
    throw await withSpotName(error, callbacks.scratch ? undefined : spatial.readSpotName);
  }
}
