import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folders and programs of this repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const CLI = join(ROOT, "apps/cli/bin/flashdeconv.js");
export const CACHE = join(ROOT, "benchmarks/.cache");
export const RESULTS = join(ROOT, "benchmarks/results");
export const FLOOR = join(ROOT, "benchmarks/floor.mjs");
export const PEER = join(ROOT, "benchmarks/peer.py");
