import { appendFile, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { asStoreError } from "@flashdeconv/stores/node/internal";
import type { Spool } from "../ingest/spool.js";

/** Records that are read at a time. */
const PIECE_RECORDS = 2 ** 16;

/** Buckets as files of a folder that is there. */
export function fileSpool(folder: string): Spool {
  const fileOf = (bucket: number) => join(folder, `bucket-${bucket}`);
  return {
    append: (bucket, bytes) => asStoreError(folder, () => appendFile(fileOf(bucket), bytes)),
    drop: (bucket) => asStoreError(folder, () => rm(fileOf(bucket), { force: true })),
    async *pieces(bucket, recordBytes) {
      const file = await asStoreError(folder, () => openIfThere(fileOf(bucket)));
      if (!file) return;
      try {
        const piece = new Uint8Array(recordBytes * PIECE_RECORDS);
        while (true) {
          const length = await asStoreError(folder, () => fill(file, piece));
          if (length > 0) yield piece.subarray(0, length);
          if (length < piece.length) return;
        }
      } finally {
        await file.close();
      }
    },
  };
}

type File = Awaited<ReturnType<typeof open>>;

async function openIfThere(path: string): Promise<File | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Reads on until the array is full or the file ends. */
async function fill(file: File, into: Uint8Array): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
