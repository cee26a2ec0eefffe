import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { OptionError } from "@flashdeconv/core";
import type { OptionSchema } from "@flashdeconv/core/internal";
import { BUILT_IN_SOLVERS } from "@flashdeconv/pipeline";
import { guardSolver } from "@flashdeconv/pipeline/internal";
import type { Solver } from "@flashdeconv/solver";
import { limitCalls, watchCalls } from "../plugins/call-clock.js";
import { findPackageEntry } from "./find-package-entry.js";
import { suggestion } from "./parse-choice.js";

const FLAG = "--solver";

/** Names of the solvers that need no module. */
export const SOLVER_NAMES = Object.keys(BUILT_IN_SOLVERS);

/** Whether a name is that of a solver of others. */
export function isPlugin(name: string | undefined): boolean {
  return name !== undefined && !SOLVER_NAMES.includes(name);
}

/**
 * The solver of a name: one of ours, or the default export of a module, given as a path or a package name from the current
 * folder.
 *
 * @throws OptionError where there is no such module, it cannot be loaded, or its export is not a solver (naming what lacks)
 */
export async function loadSolver(name: string, timeoutSeconds?: number): Promise<Solver> {
  if (Object.hasOwn(BUILT_IN_SOLVERS, name)) return BUILT_IN_SOLVERS[name];
  const file = existsSync(name) ? resolve(name) : findPackageEntry(name, process.cwd());
  if (file === undefined) {
    const rule = `${SOLVER_NAMES.join(", ")}, or a module: a file, or a package installed here`;
    throw new OptionError({
      option: FLAG,
      value: name,
      rule,
      remedy: suggestion(name, SOLVER_NAMES) ?? "Check the path.",
    });
  }
  limitCalls(timeoutSeconds);
  const exported = await importDefault(name, file);
  const missing = missingParts(exported);
  if (missing.length > 0) {
    throw new OptionError({
      option: FLAG,
      value: name,
      rule: `a module whose default export is a solver; it lacks ${missing.join(", ")}`,
      remedy: "See docs/write-a-solver.md for what a solver is.",
    });
  }
  return guardSolver(exported as Solver, watchCalls);
}

async function importDefault(name: string, file: string): Promise<unknown> {
  watchCalls("load");
  try {
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    return module.default;
  } catch (cause) {
    throw new OptionError({
      option: FLAG,
      value: name,
      rule: `a module that can be loaded; this one fails with: ${cause instanceof Error ? cause.message : cause}`,
      remedy: `Make sure that node can import it: node ${file}`,
    });
  } finally {
    watchCalls(undefined);
  }
}

function isSchema(options: unknown): boolean {
  return typeof (options as Partial<OptionSchema> | null)?.["~standard"]?.validate === "function";
}

const INPUTS: readonly unknown[] = [
  "counts",
  "normalized",
  "sketch",
  "statistics",
  "weighted-counts",
] satisfies Solver["input"][];
const COUPLINGS: readonly unknown[] = ["independent", "neighbors"] satisfies Solver["coupling"][];

function missingParts(exported: unknown): string[] {
  if (typeof exported !== "object" || exported === null) return ["an object as default export"];
  const { name, coupling, input, options, resolveOptions, start } = exported as Partial<
    Record<keyof Solver, unknown>
  >;
  return [
    typeof name !== "string" && "name (a string)",
    !COUPLINGS.includes(coupling) && `coupling (${COUPLINGS.join(" or ")})`,
    !INPUTS.includes(input) && `input (${INPUTS.join(", ")})`,
    options !== undefined &&
      !isSchema(options) &&
      "options that are a Standard Schema (~standard), or left out",
    typeof resolveOptions !== "function" && "resolveOptions (a function)",
    typeof start !== "function" && "start (a function)",
  ].filter((part) => part !== false);
}
