import { namingSection } from "@flashdeconv/core/internal";
import type { Checkpoint, Piece } from "./contracts/checkpoint.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import type { ReadySections } from "./deconvolve-divided.js";
import { checkpointOf, checkpointOver, readOnly, sectionView } from "./runtime/section-views.js";
import { saveResult } from "./stages/sections/kept-result.js";

/** What a section of a store is done with, beside others. */
export interface SectionContext
  extends Pick<DeconvolveCallbacks, "executor" | "scratch" | "signal" | "onProgress" | "onNotice"> {
  /** Of this section alone. */
  readonly checkpoint?: Checkpoint;
  /** Where results go; `openRunParts` gives it. */
  readonly parts: Pick<Checkpoint, "names" | "load"> & { write(name: string, part: Piece): Promise<void> };
}

/** Deconvolves one section of a run that several processes share, and keeps its result for the one that joins those of all. */
export async function runSection(
  ready: ReadySections,
  section: number,
  { parts, ...callbacks }: SectionContext,
): Promise<void> {
  const { name } = ready.place(section);
  const found = await namingSection(name, () => ready.deconvolve(section, callbacks));
  await saveResult(section, found, parts.write);
}

/** What a process sees of the pieces that a run has kept: of the whole run, or of a section, over which lie those of its own. */
export function sectionCheckpoint(
  parts: Pick<Checkpoint, "names" | "load">,
  section?: { readonly section: number; readonly own: Checkpoint },
): Checkpoint {
  const all = readOnly(parts);
  return section ? checkpointOver(section.own, checkpointOf(all, sectionView(section.section))) : all;
}
