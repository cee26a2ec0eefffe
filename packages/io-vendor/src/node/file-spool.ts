import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { asStoreError } from "@flashdeconv/stores/node/internal";
import type { Spool } from "../ingest/spool.js";

/** Buckets as files of a folder that is there, and holds nothing else. */
export function fileSpool(folder: string): Spool {
  const fileOf = (bucket: number) => join(folder, `bucket-${bucket}`);
  return {
    append: (bucket, bytes) => asStoreError(folder, () => appendFile(fileOf(bucket), bytes)),
    read: (bucket) =>
      asStoreError(folder, async () => {
        try {
          return await readFile(fileOf(bucket));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Uint8Array(0);
          throw error;
        }
      }),
    drop: (bucket) => asStoreError(folder, () => rm(fileOf(bucket), { force: true })),
  };
}
