import type { Deconvolution } from "./contracts/answers.js";
import type { DividedInput, ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions, SharedChoice } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import type { SectionSummary } from "./contracts/summary.js";
import { deconvolve } from "./deconvolve.js";
import { chooseTogether, prepareReference, requireChoice } from "./deconvolve-sections.js";
import { choiceIn, resolveDeconvolveOptions, withChoice } from "./methods/resolve-options.js";
import { packArrays, unpackArrays } from "./stages/keep/pack-arrays.js";
import { divideSection } from "./stages/sections/divide-section.js";
import { eachSection } from "./stages/sections/each-section.js";

export interface DividedCallbacks extends Omit<DeconvolveCallbacks, "onSummary"> {
  /** Told before each section, with its place among the sections. */
  readonly onSection?: (section: number) => void;
  /** As in DeconvolveCallbacks, of each section. */
  readonly onSummary?: (summary: SectionSummary, section: number) => void | Promise<void>;
}

/**
 * Says which cell types each spot of a store holds that has several sections. Each is what `deconvolveSections` makes of it: genes,
 * platform correction and overdispersion of its own, no neighbours in others, one strength of smoothing for all of them unless
 * `perSection`.
 *
 * @returns one result, its rows in the order of the store: the bits of a run on stores of one section each
 */
export async function deconvolveDivided(
  { sections, perSection = false, ...spatial }: DividedInput,
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> = {},
  callbacks: DividedCallbacks = {},
): Promise<Deconvolution> {
  const { executor, signal, onProgress, onSummary } = callbacks;
  const shared = { executor, signal, onProgress };
  const options = resolveDeconvolveOptions(input);
  requireChoice(options, perSection);
  const parts = divideSection(spatial, sections);
  const prepared = await prepareReference(reference, options, shared);
  const settled = perSection ? options : await chosenFor(parts, prepared, options, callbacks);
  return eachSection(sections, callbacks, (i, keeping) =>
    deconvolve(parts[i], prepared, settled, {
      ...shared,
      ...keeping,
      onSummary: (summary) => onSummary?.(summary, i),
    }),
  );
}

/** The options with what was chosen on all sections together, by this run or the one that it resumes. */
async function chosenFor(
  parts: readonly SpatialInput[],
  reference: ReferenceInput,
  options: DeconvolveOptions,
  { executor, checkpoint, signal, onProgress }: DividedCallbacks,
): Promise<DeconvolveOptions> {
  const kept = await checkpoint?.load(CHOICE);
  if (kept) {
    const { strengths, facts } = kept.facts as SharedChoice;
    return withChoice(options, { strengths, facts: unpackArrays(facts) });
  }
  const settled = await chooseTogether(parts, reference, options, {
    executor,
    checkpoint,
    signal,
    onProgress,
  });
  const choice = choiceIn(settled);
  if (choice) {
    const facts = { ...choice, facts: packArrays(choice.facts) };
    checkpoint?.offer(CHOICE, () => ({ facts, arrays: {} }));
  }
  return settled;
}

const CHOICE = "choice";
