import { type SectionSummary, writeSummary } from "@flashdeconv/pipeline";
import { writeSectionSummary } from "@flashdeconv/pipeline/internal";
import type { StagedStore } from "@flashdeconv/stores";
import type { Terminal } from "../terminal/terminal.js";
import type { OpenedSections } from "./open-sections.js";
import { readIfThere } from "./read-if-there.js";

export interface SummaryToKeep {
  readonly summary: SectionSummary;
  /** Its place among the sections of the store. */
  readonly section: number;
}

/** Writes the summary of a section, and with the last of a store names and coordinates. */
export async function keepStatistics(
  statistics: StagedStore,
  { summary, section }: SummaryToKeep,
  spatial: OpenedSections,
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal;
  const { sections } = spatial;
  const coordinates = await readIfThere(spatial, terminal);
  const frame = { spotNames: spatial.spotNames({ signal }), coordinates };
  if (!sections) return writeSummary(statistics, summary, frame, { signal });
  await writeSectionSummary(statistics, { summary, section, sections }, frame, { signal });
}
