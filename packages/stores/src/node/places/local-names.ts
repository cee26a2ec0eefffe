import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileSystemPlace } from "./file-system-place.js";

/** What a place can be known by, whatever path or address leads to it. */
export interface PlaceNames {
  /** Its own names: two places that share one are the same. */
  readonly self: readonly string[];
  /** Those, and the names of all that it lies in. */
  readonly above: readonly string[];
}

/**
 * The names of a path of this machine: the path without links; device and number of the file, which hard links and mounts share; and
 * the place in its file system, for a folder that is mounted a second time. What does not exist is known by its name in what does.
 */
export async function localNames(path: string): Promise<PlaceNames> {
  const full = await withoutLinks(resolve(path));
  const paths = upwards(full);
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const place = fileSystemPlace(full, mounts);
  const lists = [
    paths.map((one) => `path ${folded(one)}`),
    await numbersOf(paths),
    place ? upwards(place.path).map((one) => `device ${place.device} ${one}`) : [],
  ];
  return { self: lists.flatMap((list) => list.slice(0, 1)), above: lists.flat() };
}

async function numbersOf(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return paths.flatMap((path, i) => {
    const there = found.findIndex((stats, j) => j >= i && stats !== undefined);
    const stats = found[there];
    // Some file systems number nothing.
    if (stats === undefined || stats.ino === 0n) return [];
    return [`number ${stats.dev} ${stats.ino} ${folded(path.slice(paths[there].length))}`];
  });
}

/** The path without links, as far as it exists. */
async function withoutLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return dirname(path) === path ? path : join(await withoutLinks(dirname(path)), basename(path));
  }
}

/** The path and all folders above it. */
function upwards(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...upwards(parent)];
}

/** The file systems of these do not tell apart what differs in case alone. */
function folded(path: string): string {
  const isFolding = process.platform === "darwin" || process.platform === "win32";
  return isFolding ? path.normalize("NFC").toLowerCase() : path;
}
