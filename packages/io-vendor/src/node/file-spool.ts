import { appendFile, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { asStoreError, makeFolders } from "@flashdeconv/stores/node/internal";
import { RECORD_BYTES } from "../ingest/buckets.js";
import type { PutAside, Spool } from "../ingest/spool.js";

/** Records that are read at a time. */
const PIECE_RECORDS = 2 ** 16;

export interface FileSpoolOptions {
  /** What an earlier run has put aside in the folder; taken where its buckets are there, whole. */
  readonly finished?: PutAside;
  /** Told of all that is put aside. Without it buckets are removed once they are read. */
  finish?(all: PutAside): Promise<void>;
}

/** Buckets as files of a folder, which is made. All else in it is removed. */
export async function fileSpool(
  folder: string,
  { finished: former, finish }: FileSpoolOptions = {},
): Promise<Spool> {
  const fileOf = (bucket: number) => join(folder, nameOf(bucket));
  const finished = await asStoreError(folder, () => takeUp(folder, former));
  return {
    ...(finished && { finished }),
    ...(finish && { finish }),
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

function nameOf(bucket: number): string {
  return `bucket-${bucket}`;
}

/** Makes the folder, and removes from it what was not put aside to the end. */
async function takeUp(folder: string, former: PutAside | undefined): Promise<PutAside | undefined> {
  await makeFolders(folder);
  const isWhole = former !== undefined && (await hasAll(folder, former));
  const wanted = new Set(isWhole ? former.counts.map(([bucket]) => nameOf(bucket)) : []);
  const others = (await readdir(folder)).filter((name) => !wanted.has(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true })));
  return isWhole ? former : undefined;
}

async function hasAll(folder: string, { counts }: PutAside): Promise<boolean> {
  for (const [bucket, count] of counts) {
    const found = await stat(join(folder, nameOf(bucket))).catch(() => undefined);
    if (found?.size !== RECORD_BYTES * count) return false;
  }
  return true;
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
