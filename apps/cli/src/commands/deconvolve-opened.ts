import type { Notice } from "@flashdeconv/core";
import {
  type Deconvolution,
  type DeconvolveOptions,
  deconvolve,
  deconvolveDivided,
  type ReferenceInput,
  type SpatialInput,
} from "@flashdeconv/pipeline";
import type { DividedCallbacks } from "@flashdeconv/pipeline/internal";
import type { RunFlags } from "../options/run-flags.js";
import type { OpenedSections } from "../stores/open-sections.js";
import { sectionNotices } from "../terminal/section-notices.js";
import type { Terminal } from "../terminal/terminal.js";

export interface OpenedRun {
  readonly options: DeconvolveOptions;
  readonly flags: RunFlags;
  readonly callbacks: DividedCallbacks;
}

/** The result of what was opened, and all that was told; of several sections each is announced, and named in what it alone was told. */
export async function deconvolveOpened(
  { sections, ...spatial }: Pick<OpenedSections, "sections"> & SpatialInput,
  reference: ReferenceInput,
  { options, flags, callbacks }: OpenedRun,
  terminal: Terminal,
): Promise<{ readonly found: Deconvolution; notices(): readonly Notice[] }> {
  const { onSummary, ...shared } = callbacks;
  if (!sections) {
    const found = await deconvolve(spatial, reference, options, {
      ...shared,
      onNotice: terminal.note,
      ...(onSummary && { onSummary: (summary) => onSummary(summary, 0) }),
    });
    return { found, notices: () => terminal.notices };
  }
  const { all, ...telling } = sectionNotices(sections, terminal);
  const divided = { ...spatial, sections, perSection: flags.perSection };
  const found = await deconvolveDivided(divided, reference, options, { ...callbacks, ...telling });
  return { found, notices: () => all(found) };
}
