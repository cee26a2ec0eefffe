import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";

interface Refused {
  /** The folder of this machine in which something was to be written. */
  readonly path: string;
  /** The option that names it. */
  readonly option: "runDir" | "scratch";
  readonly bytes?: number;
}

/** What the system refuses, as a StoreError; other errors as they are. */
export async function writeError(error: unknown, { path, option, bytes }: Refused): Promise<unknown> {
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
    remedy: `${isFull ? "Free some space, name" : "Name"} another folder with ${optionName(option)}, or do without (${optionName("saveEvery", "never")}).`,
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
