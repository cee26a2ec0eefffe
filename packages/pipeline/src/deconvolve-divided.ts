import type { Deconvolution } from "./contracts/answers.js";
import type { DividedInput, ReferenceInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import type { SectionSummary } from "./contracts/summary.js";
import { deconvolve } from "./deconvolve.js";
import { chooseTogether, prepareReference, requireChoice } from "./deconvolve-sections.js";
import { keptChoice } from "./kept-choice.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { divideSection } from "./stages/sections/divide-section.js";
import { eachSection } from "./stages/sections/each-section.js";

export interface DividedCallbacks extends Omit<DeconvolveCallbacks, "onSummary" | "onSweep"> {
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
  const { executor, checkpoint, gate, signal, onProgress, onSummary } = callbacks;
  const shared = { executor, gate, signal, onProgress };
  const together = { ...shared, checkpoint };
  const options = resolveDeconvolveOptions(input);
  requireChoice(options, perSection);
  const parts = divideSection(spatial, sections);
  const prepared = await prepareReference(reference, options, together);
  const choose = () => chooseTogether(parts, prepared, options, together);
  const settled = perSection ? options : await keptChoice(options, checkpoint, choose);
  return eachSection(sections, callbacks, (i, keeping) =>
    deconvolve(parts[i], prepared, settled, {
      ...shared,
      ...keeping,
      onSummary: (summary) => onSummary?.(summary, i),
    }),
  );
}
