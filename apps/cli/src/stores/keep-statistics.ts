import type { SpatialDataset } from "@flashdeconv/io-zarr";
import { type SectionSummary, writeSummary } from "@flashdeconv/pipeline";
import type { StagedStore } from "@flashdeconv/stores";
import type { Terminal } from "../terminal/terminal.js";
import { readIfThere } from "./read-if-there.js";

/** Writes the summary of a section with its names and coordinates. */
export async function keepStatistics(
  statistics: StagedStore,
  summary: SectionSummary,
  spatial: SpatialDataset,
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal;
  const coordinates = await readIfThere(spatial, terminal);
  await writeSummary(
    statistics,
    summary,
    { spotNames: spatial.spotNames({ signal }), coordinates },
    { signal },
  );
}
