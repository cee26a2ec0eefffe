import { hdf5Writer } from "@flashdeconv/io-h5/internal";
import type { ResultSink } from "@flashdeconv/pipeline";
import { resultContents } from "@flashdeconv/pipeline/internal";
import type { StagedFile } from "@flashdeconv/stores/node/internal";
import { type FileSinkOptions, fileSink } from "../file-sink.js";
import { writeH5ad } from "./write-h5ad.js";

/** An AnnData file as a place for a result: what a new Zarr store would hold. */
export function h5adSink(file: StagedFile, options: FileSinkOptions): ResultSink {
  return fileSink(file, options, async (tables, description) => {
    const contents = await resultContents(tables, description, options.layout);
    const h5 = hdf5Writer(file);
    await writeH5ad(h5, contents, options);
    await h5.finish();
  });
}
