import { hdf5Writer } from "@flashdeconv/io-h5/internal";
import type { ResultSink } from "@flashdeconv/pipeline";
import { resultContents } from "@flashdeconv/pipeline/internal";
import type { StagedFile } from "@flashdeconv/stores/node/internal";
import type { TableSinkOptions } from "../table-sink.js";
import { writeH5ad } from "./write-h5ad.js";

/** An AnnData file as a place for a result: what a new Zarr store would hold. */
export function h5adSink(file: StagedFile, options: TableSinkOptions): ResultSink {
  const { layout, signal, onProgress, onCommit } = options;
  return {
    async write(tables, description) {
      try {
        const contents = await resultContents(tables, description, layout);
        const h5 = hdf5Writer(file);
        await writeH5ad(h5, contents, { signal, onProgress });
        await h5.finish();
        signal?.throwIfAborted();
        await onCommit?.();
        await file.commit();
      } finally {
        // After a commit this does nothing.
        await file.discard();
      }
    },
    discard: () => file.discard(),
  };
}
