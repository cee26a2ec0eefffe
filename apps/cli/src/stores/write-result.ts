import type { SpatialDataset } from "@flashdeconv/io-zarr";
import { type Deconvolution, type ResultLayout, writeResult } from "@flashdeconv/pipeline";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";
import type { OpenedSections } from "./open-sections.js";
import { readIfThere, withSections } from "./read-if-there.js";
import type { ResultPlace } from "./result-place.js";

export interface ResultOfSection {
  readonly result: Deconvolution;
  readonly spatial: OpenedSections;
  readonly layout: ResultLayout;
  /** Whether names and coordinates are there already. */
  readonly inPlace?: boolean;
  readonly onCommit: () => Promise<void>;
}

/** Writes the result of a section to the place that was opened for it. */
export async function writeSectionResult(
  place: ResultPlace,
  { result, spatial, layout, inPlace, onCommit }: ResultOfSection,
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal;
  const onProgress = writingProgress(terminal, "writing", { count: spatial.spotCount, unit: "spots" });
  const sink = place.sinkFor({ spatial, layout, signal, onProgress, onCommit });
  // In place they are for the maps only, which nobody misses where there is nothing to draw.
  const told = inPlace ? { ...terminal, note: () => undefined } : terminal;
  const coordinates = withSections(await readIfThere(spatial, told), spatial.sections);
  await writeResult(sink, result, { spotNames: spatial.spotNames({ signal }), coordinates });
}

/** The AnnData group that holds a result that was written into the section's own store. */
export function resultPath(
  path: string,
  { tablePath }: SpatialDataset,
  newTable: string | undefined,
): string {
  if (newTable !== undefined) return `${path}/tables/${newTable}`;
  return tablePath === undefined ? path : `${path}/${tablePath}`;
}
