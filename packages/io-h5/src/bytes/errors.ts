import { FormatError, isFlashdeconvError } from "@flashdeconv/core";

const REPACK = "Write it again with h5repack -f GZIP=4 -l CHUNK=262144 in.h5 out.h5 (of HDF5's tools).";

/** A file whose bytes contradict each other. */
export function damaged(
  path: string,
  found: string,
  expected = "an HDF5 file as its format says",
): FormatError {
  const remedy = "The file is damaged or incomplete: copy it again, or write it again from its source.";
  return new FormatError({ path, found, expected, remedy });
}

/** A name that is asked for and was not UTF-8, or lost letters before: several names may have become this one. */
export function lostLetters(path: string): FormatError {
  return unsupported(
    path,
    `the name ${JSON.stringify(path)}, with letters that are not UTF-8`,
    "names in UTF-8",
    "Give it another name in the program that wrote it, and write the file again: it may be in Latin-1 or Windows-1252.",
  );
}

/** Whether letters of a name could not be read. */
export function hasLostLetters(name: string): boolean {
  return name.includes("\ufffd");
}

/** Something that HDF5 allows and this reader does not do. */
export function unsupported(path: string, found: string, expected: string, remedy = REPACK): FormatError {
  return new FormatError({ path, found, expected, remedy });
}

/** Runs what parses bytes: whatever else it stumbles over becomes a FormatError about `path`. */
export async function parsing<T>(path: string, work: () => Promise<T> | T, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (isFlashdeconvError(error)) throw error;
    const cause = error instanceof RangeError ? "what it holds ends early" : (error as Error).message;
    throw damaged(path, `bytes that cannot be read (${cause})`);
  }
}
