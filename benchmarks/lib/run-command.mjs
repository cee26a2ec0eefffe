import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CLI } from "./places.mjs";

/** Workers that `flashdeconv run` will have: those asked for, or one where this build has no such option. */
export function knownWorkers(workers) {
  const help = execFileSync(process.execPath, [CLI, "run", "--help"], { encoding: "utf8" });
  return help.includes("--workers")
    ? { workers, flags: ["--workers", String(workers)] }
    : { workers: 1, flags: [] };
}

/** Script and arguments that deconvolve a data set into the store `out`: by the article's method, unless the flags name another. */
export function runArguments({ spatial, reference }, out, flags) {
  const method = flags.includes("--method") ? [] : ["--method", "flashdeconv"];
  return [
    CLI,
    "run",
    spatial,
    "--reference",
    reference,
    "--out",
    out,
    "--overwrite",
    "--json",
    "--quiet",
    ...method,
    ...flags,
  ];
}

/** What a run printed, without what is not a figure of it. */
export function runFigures({ result, key, spot_count, cell_types, spot_statuses, notices, ...figures }) {
  return { ...figures, notices: notices.map(({ code }) => code) };
}

const METADATA = new Set([".zarray", ".zattrs", ".zgroup", "zarr.json"]);

/** A fingerprint of the proportions a run wrote: equal where all of their bits are, in either version of Zarr. */
export function proportionsDigest(store) {
  const digest = createHash("sha256");
  const folder = join(store, "obsm/flashdeconv");
  const chunks = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !METADATA.has(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of chunks) digest.update(readFileSync(file));
  return digest.digest("hex").slice(0, 16);
}
