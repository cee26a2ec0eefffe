import type { Deconvolution } from "./contracts/answers.js";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import { withSpotName } from "./methods/guard-solver.js";
import { methodWith } from "./methods/methods.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { openRun, sizeOf } from "./open-run.js";
import { keptNotices } from "./runtime/notice-list.js";
import { isStop, stopHere } from "./runtime/run-stop.js";
import { settleProblem } from "./settle-problem.js";
import { chooseSection } from "./stages/refine/choose-section.js";
import { refineSection } from "./stages/refine/refine-section.js";
import { answerSection } from "./stages/solve/answer-section.js";
import { answerSets } from "./stages/solve/answer-sets.js";
import { loadAnswer } from "./stages/solve/kept-answer.js";
import { solveSection } from "./stages/solve/solve-section.js";
import { precisionOf } from "./stages/summarize/spot-statistics.js";
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

  const { cellsPerSpot = options.cellsPerSpot } = spatial;
  // Another process may have solved all of it; a summary, if one is asked for, takes more than its answer.
  const solved = callbacks.onSummary || isStop("answer", run) ? undefined : await loadAnswer(run);
  if (solved) {
    const precision = precisionOf({ librarySizes: solved.answers.counts });
    return answerSection(solved, { ...options, precision, cellsPerSpot }, run);
  }
  // The reference, the first pass over the section and its sample: what the other two passes and the solve take.
  const settled = await settleProblem(spatial, reference, options, run);
  const { fit } = settled;
  // The second pass: each spot is reduced to the few numbers that the solver keeps of it.
  const refinement = methodWith(options.solver).refine?.(fit, options, notices);
  const keptCounts = refinement && run.keptCounts;
  const { summary: first, kept } = await summarizeSection(spatial, settled, options, { ...run, keptCounts });
  const solving = { ...options, precision: precisionOf(first), solver: fit.solver, cellsPerSpot };
  const columns = fit.problem.genes.map((gene) => settled.columns[gene]);
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
  await stopHere("solve", run);
  if (!isStop("answer", run)) await callbacks.onSummary?.({ ...summary, notices: notices.all });
  try {
    // Sweeps over all spots together, until no proportion is expected to be off by more than the tolerance.
    return await solveSection(summary, solving, run);
  } catch (error) {
    // On scratch rows have numbers of their own.
    throw await withSpotName(error, callbacks.scratch ? undefined : spatial.readSpotName);
  }
}
