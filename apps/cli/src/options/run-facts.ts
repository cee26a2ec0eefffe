import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isRemote, localPath, redactUrl } from "@flashdeconv/io-zarr/node";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import packageJson from "../../package.json";
import { OPTION_FLAGS } from "./option-flags.js";
import type { RunFlags } from "./run-flags.js";

/** All but the inputs' content that a result depends on, by the names that users know. */
export function runFacts(path: string, flags: RunFlags, options: DeconvolveOptions): Record<string, string> {
  // No result depends on the form of the inner loops.
  const { solver, solverOptions, kernels: _, ...rest } = options;
  const { out, newTable, saveStats } = flags;
  const settings: Record<string, unknown> = {
    flashdeconv: packageJson.version,
    node: process.version,
    section: redactUrl(path),
    "--solver": solverOf(flags.solver ?? solver.name),
    "--reference": redactUrl(flags.reference),
    "--table": flags.table,
    "--layer": flags.layer,
    "--reference-layer": flags.referenceLayer,
    "--cell-type-key": flags.cellTypeKey,
    "--gene-key": flags.geneKey,
    "--reference-gene-key": flags.referenceGeneKey,
    "--spatial-key": flags.spatialKey,
    "--spatial-columns": flags.spatialColumns,
    "--section-key": flags.sectionKey,
    "--out": placeOf(out),
    "--in-place": flags.inPlace,
    "--new-table": newTable,
    "--save-stats": placeOf(saveStats),
    "--key-added": flags.keyAdded,
    "--obs-columns": flags.obsColumns,
    "--zarr-format": flags.zarrFormat,
  };
  for (const [name, value] of Object.entries(rest)) settings[OPTION_FLAGS[name] ?? name] = value;
  for (const [name, value] of Object.entries(solver.resolveOptions(solverOptions))) {
    settings[OPTION_FLAGS[name] ?? `${name} of --solver-options`] = value;
  }
  const told = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told.map(([name, value]) => [name, JSON.stringify(value) ?? String(value)]));
}

/** The same place wherever the run is started from. */
function placeOf(location: string | undefined): string | undefined {
  if (location === undefined) return undefined;
  return isRemote(location) ? redactUrl(location) : resolve(localPath(location));
}

/** A solver's name; of a file also what is in it. */
function solverOf(name: string): string {
  if (!existsSync(name)) return name;
  return `${name} (${createHash("sha256").update(readFileSync(name)).digest("hex").slice(0, 16)})`;
}
