import type { SpatialDataset, StagedStore } from "@flashdeconv/io-zarr";
import type { LockOptions } from "@flashdeconv/io-zarr/node";
import { type SectionSummary, writeSummary } from "@flashdeconv/pipeline";
import type { RunLeft } from "@flashdeconv/pipeline/run-folder";
import type { RunFlags } from "../options/run-flags.js";
import { storeAccess } from "../options/store-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { openOutput } from "./open-output.js";
import { readIfThere } from "./read-if-there.js";

/** Opens the store for the statistics, where they are to be kept. */
export async function openStatistics(
  path: string,
  flags: RunFlags,
  { left, lock }: { readonly left: RunLeft | undefined; readonly lock?: LockOptions },
): Promise<StagedStore | undefined> {
  const { saveStats, reference, out } = flags;
  if (saveStats === undefined || left?.notes.has("statistics-kept")) return undefined;
  const overwrite = flags.overwrite || left?.notes.has("statistics");
  const alsoRead = out === undefined ? [reference] : [reference, out];
  const access = storeAccess(flags);
  return openOutput({ input: path, alsoRead, out: saveStats, flag: "--save-stats", overwrite, access, lock });
}

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
