import type { SpatialDataset } from "@flashdeconv/io-zarr";
import {
  addResultTable,
  addResultToStore,
  type Deconvolution,
  type ResultLayout,
  writeResultStore,
} from "@flashdeconv/pipeline";
import type { StagedStore } from "@flashdeconv/stores";
import type { RunFlags } from "../options/run-flags.js";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";
import { readIfThere } from "./read-if-there.js";

/** Writes a result where the flags say. */
export async function writeResult(
  output: StagedStore,
  { result, spatial }: { readonly result: Deconvolution; readonly spatial: SpatialDataset },
  { inPlace, newTable, overwrite, zarrFormat, layout }: RunFlags & { readonly layout: ResultLayout },
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal;
  const options = {
    ...layout,
    like: spatial.outputHint,
    signal,
    onProgress: writingProgress(terminal, "writing", { count: spatial.spotCount, unit: "spots" }),
  };
  const spotNames = spatial.spotNames({ signal });
  const { tablePath } = spatial;
  if (inPlace) return addResultToStore(output, result, { spotNames }, { ...options, tablePath });
  const coordinates = await readIfThere(spatial, terminal);
  if (newTable !== undefined && tablePath !== undefined) {
    const place = { name: newTable, tablePath, overwrite };
    return addResultTable(output, result, { spotNames, coordinates }, { ...options, ...place });
  }
  await writeResultStore(
    output,
    result,
    { spotNames, coordinates },
    {
      ...options,
      zarrFormat: zarrFormat === undefined ? undefined : (Number(zarrFormat) as 2 | 3),
    },
  );
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
