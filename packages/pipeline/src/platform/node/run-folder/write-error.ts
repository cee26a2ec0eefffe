import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";

/** Does work in a folder; what the system refuses becomes a StoreError. */
export async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isFlashdeconvError(error) ? error : await writeError(path, error, undefined);
  }
}

export async function writeError(path: string, error: unknown, bytes: number | undefined): Promise<unknown> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isFlashdeconvError(error) || code === undefined) return error;
  const isFull = ["ENOSPC", "EDQUOT", "EFBIG"].includes(code);
  const free = isFull ? await freeBytes(path) : undefined;
  return new StoreError({
    path,
    found: isFull
      ? `no room to keep pieces of the run (${free === undefined ? "an unknown number of bytes" : numbered(free, "byte")} free)`
      : message,
    expected: isFull
      ? `room for ${bytes === undefined ? "what is written" : `${numbered(bytes, "more byte")}`}`
      : "a folder in which files can be made",
    remedy: `${isFull ? "Free some space, name" : "Name"} another folder with ${optionName("runDir")}, or do without (${optionName("saveEvery", "never")}).`,
    cause: error,
  });
}

async function freeBytes(path: string): Promise<number | undefined> {
  for (const place of [path, dirname(resolve(path))]) {
    const found = await statfs(place).catch(() => undefined);
    if (found) return found.bavail * found.bsize;
  }
  return undefined;
}
