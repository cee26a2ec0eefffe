import { hdf5Writer } from "@flashdeconv/io-h5/internal";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import type { ResultSink } from "@flashdeconv/pipeline";
import { resultContents } from "@flashdeconv/pipeline/internal";
import type { StagedFile } from "@flashdeconv/stores/internal";
import { commitAfter, type FileSinkOptions, fileSink } from "../file-sink.js";
import { type H5adOptions, writeH5ad } from "./write-h5ad.js";

/** An AnnData file as a place for a result: what a new Zarr store would hold. */
export function h5adSink(file: StagedFile, options: FileSinkOptions): ResultSink {
  return fileSink(file, options, async (tables, description) => {
    await writeAll(file, await resultContents(tables, description, options.layout), options);
  });
}

/** Writes an AnnData object to a file that appears when all is written, or not at all. */
export function writeH5adFile(
  file: StagedFile,
  contents: AnnDataContents,
  options: H5adOptions,
): Promise<void> {
  return commitAfter(file, options, () => writeAll(file, contents, options));
}

async function writeAll(file: StagedFile, contents: AnnDataContents, options: H5adOptions): Promise<void> {
  const h5 = hdf5Writer(file);
  await writeH5ad(h5, contents, options);
  await h5.finish();
}
