import { OptionError } from "@flashdeconv/core";
import { namingSection } from "@flashdeconv/core/internal";
import type { Deconvolution } from "./contracts/answers.js";
import type { CellReference, PreparedReference, ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import { deconvolve } from "./deconvolve.js";
import { findProblem } from "./find-problem.js";
import { methodWith } from "./methods/methods.js";
import { resolveDeconvolveOptions, withChoice } from "./methods/resolve-options.js";
import { openRun, sizeOf } from "./open-run.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { checkpointOf } from "./runtime/section-views.js";
import { isSignature } from "./stages/check-inputs.js";
import { readReference } from "./stages/reference/align-reference.js";
import { keptReference } from "./stages/reference/kept-reference.js";
import { spreadSections } from "./stages/sections/spread-sections.js";
import { chooseSmoothing } from "./tuning/choose-smoothing.js";
import { heldOutTrial } from "./tuning/held-out-trial.js";
import { joinTrials } from "./tuning/join-trials.js";
import { curvesOf } from "./tuning/settle-smoothing.js";

export interface SectionsOptions {
  /** Whether each section's strength of smoothing is chosen on that section alone; false by default: one serves all. */
  readonly perSection?: boolean;
}

/**
 * Says which cell types each spot of several sections holds. The reference is read once. Genes, platform correction and overdispersion are
 * each section's own, and spots have neighbours in their section only; the strength of smoothing, where it is left to the data, is
 * chosen on all sections together.
 *
 * @returns a result for each section, in their order: the bits that `deconvolve` gives with the same strength
 */
export async function deconvolveSections(
  sections: readonly SpatialInput[],
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> & SectionsOptions = {},
  callbacks: Pick<DeconvolveCallbacks, "executor" | "signal" | "onProgress" | "onNotice"> = {},
): Promise<Deconvolution[]> {
  const { perSection = false, ...options } = input;
  const own = resolveDeconvolveOptions(options);
  requireChoice(own, perSection);
  const prepared = await prepareReference(reference, own, callbacks);
  const settled = perSection ? own : await chooseTogether(sections, prepared, own, callbacks);
  const results: Deconvolution[] = [];
  for (const section of sections) results.push(await deconvolve(section, prepared, settled, callbacks));
  return results;
}

/** Refuses `perSection` where no strength is left to the data: it would be without effect. */
export function requireChoice({ smoothing, solver }: DeconvolveOptions, perSection: boolean): void {
  if (!perSection || (smoothing === "auto" && solver.smoothing !== undefined)) return;
  throw new OptionError({
    option: "perSection",
    value: perSection,
    rule: "smoothing that is left to the data (auto): there is no strength to choose",
    remedy: "Leave it out, or let the smoothing be chosen.",
  });
}

/** Reads single cells once, for any number of sections, unless a checkpoint has them. A signature is given back as it is. */
export async function prepareReference(
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> = {},
  callbacks: Pick<DeconvolveCallbacks, "checkpoint" | "signal" | "onProgress"> = {},
): Promise<Exclude<ReferenceInput, { cellTypes: unknown }>> {
  if (isSignature(reference)) return reference;
  return keptReference(reference, callbacks.checkpoint, (cells) => readCells(cells, input, callbacks));
}

function readCells(
  reference: CellReference,
  input: Partial<DeconvolveOptions>,
  callbacks: Pick<DeconvolveCallbacks, "signal" | "onProgress">,
): Promise<PreparedReference> {
  const options = resolveDeconvolveOptions(input);
  const size = { spotCount: 0, typeCount: 0, neighborCount: 0 };
  const run = openRun({ ...options, kernels: "typescript", size }, callbacks, buildNoticeList());
  return readReference(reference, options, run);
}

/**
 * The options with the strengths of smoothing that suit all sections together, by count splitting on a sample of each, or of 16 of them
 * spread evenly over their order. Where none is left to the data, or there is one section only, they are as they were given, resolved.
 */
export async function chooseTogether(
  sections: readonly SpatialInput[],
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions>,
  callbacks: Pick<DeconvolveCallbacks, "executor" | "checkpoint" | "signal" | "onProgress"> = {},
): Promise<DeconvolveOptions> {
  const options = resolveDeconvolveOptions(input);
  const { solver, smoothing } = options;
  if (smoothing !== "auto" || solver.smoothing === undefined || sections.length < 2) return options;
  const { checkpoint } = callbacks;
  const tried = spreadSections(sections);
  const trials = [];
  let depths = 0;
  for (const [i, section] of tried.entries()) {
    const size = sizeOf(section, reference, options);
    const own = { ...callbacks, checkpoint: checkpoint && checkpointOf(checkpoint, `choice-${i + 1}`) };
    // What is to be told of a section is told when it is deconvolved.
    const run = openRun({ ...options, section, size }, own, buildNoticeList());
    const { problem, data } = await namingSection(section.name, () =>
      findProblem(section, reference, options, run),
    );
    trials.push(heldOutTrial({ solver, problem }, data, run));
    depths += problem.meanDepth ?? 0;
  }
  const trial = joinTrials(trials);
  const choice = await chooseSmoothing(trial);
  const chosen = { smoothing: choice.smoothing, shrinkage: choice.shrinkage };
  const strengths = methodWith(solver).strengthsLeft?.(chosen, depths / tried.length) ?? chosen;
  const names = tried.map(({ name }, i) => name ?? `number ${i + 1}`);
  const curve = { ...curvesOf(choice, trial.spotCount), sections: names };
  return withChoice(options, { strengths, facts: { smoothing_curve: curve } });
}
