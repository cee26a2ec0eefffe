import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { numbered } from "@flashdeconv/core/internal";
import type { Fingerprint, FingerprintOptions } from "../store.js";

/** Files that are looked at side by side. */
const FILES_AT_ONCE = 32;
/** Members of a hierarchy, such as `X/data`, are told apart; what lies deeper counts for them. */
const DEPTH = 2;

interface Part {
  fileCount: number;
  bytes: number;
  latest: number;
  readonly lines: string[];
}

/**
 * What a folder holds, by members: number, sizes and times of their files. Their content is not read: a file that was written
 * anew has another time.
 */
export async function fingerprintFolder(
  root: string,
  { below = [""], isLeftOut = () => false, signal }: FingerprintOptions = {},
): Promise<Fingerprint> {
  const parts = new Map<string, Part>();
  for (const folder of below) {
    const found = await ifThere(stat(join(root, folder)));
    if (found) await walk(folder, [numberOf(found)]);
  }
  return Object.fromEntries(
    [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, describe(part)]),
  );

  /** @param above the folders that it lies in, by number: a link may lead back into one of them */
  async function walk(folder: string, above: readonly string[]): Promise<void> {
    signal?.throwIfAborted();
    const names = (await ifThere(readdir(join(root, folder)))) ?? [];
    for (let first = 0; first < names.length; first += FILES_AT_ONCE) {
      await Promise.all(names.slice(first, first + FILES_AT_ONCE).map((name) => look(folder, name, above)));
    }
  }

  async function look(folder: string, name: string, above: readonly string[]): Promise<void> {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.startsWith(".flashdeconv-") || isLeftOut(path)) return;
    const full = join(root, path);
    const found = (await ifThere(stat(full))) ?? (await ifThere(lstat(full)));
    if (!found) return;
    const number = numberOf(found);
    if (found.isDirectory() && !above.includes(number)) return walk(path, [...above, number]);
    const member = path.split("/").slice(0, DEPTH).join("/");
    const part = parts.get(member) ?? { fileCount: 0, bytes: 0, latest: 0, lines: [] };
    parts.set(member, part);
    part.fileCount++;
    part.bytes += found.size;
    part.latest = Math.max(part.latest, found.mtimeMs);
    part.lines.push(`${path} ${found.size} ${found.mtimeMs}`);
  }
}

function numberOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/**
 * Undefined for what is not there or cannot be looked at: a link to itself, a folder without permission. Whoever reads it will
 * say so.
 */
async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

function describe({ fileCount, bytes, latest, lines }: Part): string {
  const digest = createHash("sha256").update(lines.sort().join("\n")).digest("hex").slice(0, 16);
  const files = numbered(fileCount, "file");
  return `${files}, ${numbered(bytes, "byte")}, last changed ${new Date(latest).toISOString()}, ${digest}`;
}
