import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import { optionsInForce } from "@flashdeconv/pipeline/internal";
import { OPTION_FLAGS } from "@flashdeconv/results/internal";
import packageJson from "../../package.json";
import { placeOf } from "../stores/place-of.js";
import { asGiven } from "./cells-flag.js";
import type { RunFlags } from "./run-flags.js";

/** All but the inputs' content that a result depends on, by the names that users know. */
export function runFacts(path: string, flags: RunFlags, options: DeconvolveOptions): Record<string, string> {
  const { solver, solverOptions } = options;
  // No result depends on the form of the inner loops. The solver and its options are told by themselves.
  const { solver: _, solverOptions: __, kernels: ___, ...rest } = optionsInForce(options);
  const { out, newTable, saveStats } = flags;
  const settings: Record<string, unknown> = {
    flashdeconv: packageJson.version,
    node: process.version,
    section: placeOf(path),
    "--solver": solverOf(flags.solver ?? solver.name),
    "--reference": placeOf(flags.reference),
    // Which one a new table goes beside may be left out; it is told by what of the store was looked at.
    "--table": newTable === undefined ? flags.table : undefined,
    "--layer": flags.layer,
    "--reference-layer": flags.referenceLayer,
    "--cell-type-key": flags.cellTypeKey,
    "--gene-key": flags.geneKey,
    "--reference-gene-key": flags.referenceGeneKey,
    "--spatial-key": flags.spatialKey,
    "--spatial-columns": flags.spatialColumns,
    "--section-key": flags.sectionKey,
    "--out": out && placeOf(out),
    "--format": flags.format,
    "--in-place": flags.inPlace,
    "--new-table": newTable,
    "--save-stats": saveStats && placeOf(saveStats),
    "--key-added": flags.keyAdded,
    "--obs-columns": flags.obsColumns,
    "--zarr-format": flags.zarrFormat,
  };
  for (const [name, value] of Object.entries(rest)) {
    const flag = OPTION_FLAGS[name] ?? name;
    // What a flag denies is true without it.
    settings[flag] = flag.startsWith("--no-") ? !value : value;
  }
  for (const [name, value] of Object.entries(solver.resolveOptions(solverOptions))) {
    const flag = OPTION_FLAGS[name] ?? `${name} of --solver-options`;
    // Another option of that name may have been given; the solver's is what it is without it.
    settings[settings[flag] === undefined ? flag : `${name} of the solver`] = value;
  }
  settings["--cells-per-spot"] = asGiven(flags.cellsPerSpot);
  return flagFacts(flags, settings);
}

/** What is known of a command's settings, and whatever else was given, in case it matters. */
export function flagFacts(
  flags: object,
  known: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const settings: Record<string, unknown> = { ...known };
  for (const [name, value] of Object.entries(flags)) {
    const flag = flagOf(name);
    if (!(flag in settings) && !WITHOUT_EFFECT.has(name)) settings[flag] = value;
  }
  const told = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told.map(([name, value]) => [name, JSON.stringify(value) ?? String(value)]));
}

/** Flags that no result depends on. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  // Where a result goes is told by what `out` is made of it.
  "outDir",
  "overwrite",
  "report",
  "failOn",
  "json",
  "quiet",
  "workers",
  "maxMemory",
  "scratch",
  "useScratch",
  "kernels",
  "solverTimeout",
  "runDir",
  "resume",
  "restart",
  "saveEvery",
  "region",
  "profile",
  "anonymous",
  "signRequest",
  "cache",
  "cacheSize",
  "maxRequests",
  "maxAttempts",
  "stallTimeout",
]);

/** The flag of a name that commander gave it. */
export function flagOf(name: string): string {
  // Commander has options that begin with "no" under what they deny.
  if (name === "platformCorrection") return "--no-platform-correction";
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A solver's name; of a file also what is in it. */
function solverOf(name: string): string {
  if (!existsSync(name)) return name;
  return `${name} (${createHash("sha256").update(readFileSync(name)).digest("hex").slice(0, 16)})`;
}
