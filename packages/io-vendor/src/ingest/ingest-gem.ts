import type { AnnDataContents } from "@flashdeconv/io-zarr";
import type { IngestOptions, MexFile } from "./ingest-mex.js";
import { readGem } from "./read-gem.js";
import { ingestStereo } from "./stereo-bins.js";

/**
 * Bins of a Stereo-seq section from its GEM file.
 *
 * @param edge places along a side of a bin
 * @throws FormatError where the file is damaged or of another kind, or holds nothing
 */
export function ingestGem(
  { path, read }: MexFile,
  edge: number,
  options: IngestOptions,
): Promise<AnnDataContents> {
  return ingestStereo({ path, edge, ...readGem(read(), path, edge) }, options);
}
