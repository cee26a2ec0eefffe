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
import { noticeInFlags } from "../options/option-flags.js";
import type { RunFlags } from "../options/run-flags.js";
import type { OpenedSections } from "../stores/open-sections.js";
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
      onSummary: (summary) => onSummary?.(summary, 0),
    });
    return { found, notices: () => terminal.notices };
  }
  const { names } = sections;
  const told = new Set<string>();
  const found = await deconvolveDivided(
    { ...spatial, sections, perSection: flags.perSection },
    reference,
    options,
    {
      ...callbacks,
      onSection: (i) => terminal.tell(`Section ${i + 1} of ${names.length}: ${names[i]}`),
      onNotice(notice) {
        told.add(noticeInFlags(notice).message);
        terminal.note(notice);
      },
    },
  );
  return {
    found,
    notices: () => [
      ...terminal.notices.filter(({ message }) => !told.has(message)),
      ...found.notices.map(noticeInFlags),
    ],
  };
}
