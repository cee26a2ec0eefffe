import { OptionError } from "@flashdeconv/core";
import {
  type DeconvolveOptions,
  type MethodName,
  type PlatformName,
  resolveDeconvolveOptions,
  wantsNeighbors,
} from "@flashdeconv/pipeline";
import type { ReferenceFlags } from "../stores/with-reference.js";
import type { TerminalOptions } from "../terminal/terminal.js";
import type { SectionFlags } from "./input-options.js";
import { loadSolver } from "./load-solver.js";
import type { SmoothingFlag } from "./parse-smoothing.js";
import type { ResourceFlags } from "./resource-options.js";
import { checkRunDirFlags, type RunDirFlags } from "./run-dir-options.js";
import { type SolverFlags, solverOptions } from "./solver-options.js";

/** The options of `run` as commander hands them over; what is left out keeps the default of its package. */
export interface RunFlags
  extends SectionFlags,
    ReferenceFlags,
    SolverFlags,
    ResourceFlags,
    RunDirFlags,
    TerminalOptions {
  readonly out?: string;
  readonly inPlace?: boolean;
  readonly newTable?: string;
  readonly overwrite?: boolean;
  readonly keyAdded?: string;
  readonly obsColumns?: boolean;
  readonly saveStats?: string;
  readonly zarrFormat?: "2" | "3";
  readonly method?: MethodName;
  readonly genes?: DeconvolveOptions["genes"];
  readonly smoothing?: SmoothingFlag;
  /** False with --no-platform-correction; commander has it true otherwise. */
  readonly platformCorrection?: boolean;
  readonly overdispersion?: number | "auto";
  readonly likelihood?: DeconvolveOptions["likelihood"];
  readonly preprocess?: DeconvolveOptions["preprocess"];
  readonly targetSum?: number;
  readonly logBase?: "e" | "2";
  readonly nHvg?: number;
  readonly nMarkers?: number;
  readonly sketchDim?: number | "none";
  readonly seed?: number;
  readonly graph?: DeconvolveOptions["graph"];
  readonly neighbors?: number;
  readonly radius?: number;
  readonly platform?: PlatformName;
  readonly solver?: string;
  readonly tolerance?: number;
  readonly maxSweeps?: number;
  readonly precision?: DeconvolveOptions["precision"];
  readonly empty?: DeconvolveOptions["empty"];
  readonly allowNonCounts?: boolean;
}

/** What `deconvolve` is to be told. Throws OptionError for what it cannot be told; reads nothing but a solver's module. */
export async function deconvolveOptions(flags: RunFlags): Promise<DeconvolveOptions> {
  checkTogether(flags);
  checkRunDirFlags(flags);
  const options = resolveDeconvolveOptions({
    method: flags.method,
    genes: flags.genes,
    smoothing: flags.smoothing,
    platformCorrection: flags.platformCorrection,
    overdispersion: flags.overdispersion,
    likelihood: flags.likelihood,
    preprocess: flags.preprocess,
    targetSum: flags.targetSum,
    logBase: flags.logBase === "2" ? 2 : flags.logBase,
    highlyVariableCount: flags.nHvg,
    markersPerType: flags.nMarkers,
    sketchDimension: flags.sketchDim,
    seed: flags.seed,
    graph: flags.graph,
    neighborCount: flags.neighbors,
    radius: flags.radius,
    platform: flags.platform,
    solver: flags.solver === undefined ? undefined : await loadSolver(flags.solver),
    solverOptions: solverOptions(flags),
    tolerance: flags.tolerance,
    maxSweeps: flags.maxSweeps,
    precision: flags.precision,
    empty: flags.empty,
    kernels: flags.kernels,
    allowNonCounts: flags.allowNonCounts,
  });
  checkSectionKey(flags, options);
  return options;
}

/** What tells sections apart has no meaning where no neighbours are looked at, now or from kept statistics. */
function checkSectionKey({ sectionKey, saveStats }: RunFlags, options: DeconvolveOptions): void {
  const isKept = saveStats !== undefined && options.solver.coupling !== "independent";
  if (sectionKey === undefined || isKept || wantsNeighbors(options)) return;
  throw new OptionError({
    option: "--section-key",
    value: sectionKey,
    rule: "no section key where nothing is smoothed: it only says which spots are no neighbours",
    remedy: "Leave it out, or smooth.",
  });
}

/** Throws OptionError for a number of threads that cannot be. */
export function checkWorkers(workers = 1): void {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new OptionError({ option: "--workers", value: workers, rule: "a whole number of at least 1" });
  }
}

/** Options that need each other, or exclude each other. */
function checkTogether({ radius, graph, inPlace, newTable, zarrFormat, workers }: RunFlags): void {
  checkWorkers(workers);
  if (radius !== undefined && graph !== "radius") {
    const remedy = "Add --graph radius, or leave --radius out.";
    throw new OptionError({
      option: "--radius",
      value: radius,
      rule: "no radius without --graph radius",
      remedy,
    });
  }
  if (radius === undefined && graph === "radius") {
    const remedy = "Add --radius, in the unit of the coordinates.";
    throw new OptionError({
      option: "--radius",
      value: radius,
      rule: "a distance, for --graph radius",
      remedy,
    });
  }
  if ((inPlace || newTable !== undefined) && zarrFormat) {
    const rule = "no version with --in-place and --new-table, which keep the store's own";
    throw new OptionError({ option: "--zarr-format", value: zarrFormat, rule, remedy: "Leave it out." });
  }
}
