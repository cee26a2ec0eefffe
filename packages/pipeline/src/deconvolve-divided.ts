import type { Deconvolution } from "./contracts/answers.js";
import type { DividedInput, ReferenceInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import type { SectionSummary } from "./contracts/summary.js";
import { deconvolve } from "./deconvolve.js";
import { chooseTogether, prepareReference, requireChoice } from "./deconvolve-sections.js";
import { keptChoice } from "./kept-choice.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { RunStopped, stopHere } from "./runtime/run-stop.js";
import { divideSection } from "./stages/sections/divide-section.js";
import { eachSection } from "./stages/sections/each-section.js";
import { loadResult, type SectionPlace } from "./stages/sections/kept-result.js";

export interface DividedCallbacks extends Omit<DeconvolveCallbacks, "onSummary" | "onSweep"> {
  /** Told before each section, with its place among the sections. */
  readonly onSection?: (section: number) => void;
  /** As in DeconvolveCallbacks, of each section. */
  readonly onSummary?: (summary: SectionSummary, section: number) => void | Promise<void>;
}

/** Sections of a store of which each can be deconvolved by itself: what they share is known. */
export interface ReadySections {
  place(section: number): SectionPlace & { readonly name: string };
  deconvolve(section: number, callbacks: DeconvolveCallbacks): Promise<Deconvolution>;
}

/** Finds what the sections of a store share, or takes it from the checkpoint: the reference, and what is chosen on all together. */
export async function readySections(
  { sections, perSection = false, ...spatial }: DividedInput,
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions>,
  { executor, checkpoint, gate, signal, onProgress }: DividedCallbacks,
): Promise<ReadySections> {
  const together = { executor, checkpoint, gate, signal, onProgress };
  const options = resolveDeconvolveOptions(input);
  requireChoice(options, perSection);
  const parts = divideSection(spatial, sections);
  const prepared = await prepareReference(reference, options, together);
  const choose = () => chooseTogether(parts, prepared, options, together);
  const settled = perSection ? options : await keptChoice(options, checkpoint, choose);
  return {
    place: (section) => ({
      section,
      spotCount: parts[section].counts.spotCount,
      name: sections.names[section],
    }),
    deconvolve: (section, callbacks) => deconvolve(parts[section], prepared, settled, callbacks),
  };
}

/**
 * Says which cell types each spot of a store holds that has several sections. Each is what `deconvolveSections` makes of it: genes,
 * platform correction and overdispersion of its own, no neighbours in others, one strength of smoothing for all of them unless
 * `perSection`. With `stopAt` sections are left to others (`runSection`), whose results are taken in.
 *
 * @returns one result, its rows in the order of the store: the bits of a run on stores of one section each
 */
export async function deconvolveDivided(
  divided: DividedInput,
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> = {},
  callbacks: DividedCallbacks = {},
): Promise<Deconvolution> {
  const { executor, checkpoint, stopAt, gate, signal, onProgress, onSummary } = callbacks;
  const ready = await readySections(divided, reference, input, callbacks);
  await stopHere("sections", { checkpoint, stopAt });
  return eachSection(divided.sections, callbacks, async (i, keeping) => {
    // A summary, if one is asked for, takes more than the result.
    const isKept = checkpoint && !onSummary;
    const kept = isKept && (await loadResult(ready.place(i), checkpoint, keeping.scratch));
    if (kept) {
      for (const notice of kept.notices) keeping.onNotice?.(notice);
      return kept;
    }
    if (stopAt !== undefined) throw new RunStopped("sections", true);
    return ready.deconvolve(i, {
      ...{ executor, gate, signal, onProgress },
      ...keeping,
      onSummary: (summary) => onSummary?.(summary, i),
    });
  });
}
