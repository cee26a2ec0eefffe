import { OptionError } from "@flashdeconv/core";
import {
  type DeconvolveOptions,
  type MethodName,
  type PlatformName,
  resolveDeconvolveOptions,
} from "@flashdeconv/pipeline";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { isTable } from "../stores/read-text.js";
import type { ReferenceFlags } from "../stores/with-reference.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData, type OutputFormat } from "../tables/table-formats.js";
import type { FailOn } from "../terminal/reference-score.js";
import type { TerminalOptions } from "../terminal/terminal.js";
import type { ObsColumn } from "./cells-flag.js";
import type { SectionFlags } from "./input-options.js";
import { isPlugin, loadSolver } from "./load-solver.js";
import { refuseWithoutObject, remoteObjects } from "./option-objects.js";
import type { ResourceFlags } from "./resource-options.js";
import { checkRunDirFlags, type RunDirFlags } from "./run-dir-options.js";
import { schemaOptions } from "./schema-options.js";
import { checkSolverFlags, type SolverFlags, solverOptions } from "./solver-options.js";
import { planTypes, type ReadTypes } from "./type-options.js";

/** The options of `run` as commander hands them over; what is left out keeps the default of its package. */
export interface RunFlags
  extends SectionFlags,
    ReferenceFlags,
    SolverFlags,
    Omit<ReadTypes, "dropType">,
    ResourceFlags,
    RunDirFlags,
    TerminalOptions {
  readonly out?: string;
  readonly format?: OutputFormat;
  /** The folder that `out` lies in, where that is what was named. */
  readonly outDir?: string;
  readonly inPlace?: boolean;
  readonly newTable?: string;
  readonly overwrite?: boolean;
  readonly keyAdded?: string;
  readonly obsColumns?: boolean;
  readonly saveStats?: string;
  /** False with --no-report; commander has it true otherwise. */
  readonly report?: boolean;
  readonly zarrFormat?: "2" | "3";
  readonly method?: MethodName;
  readonly genes?: DeconvolveOptions["genes"];
  readonly maxTypes?: number;
  readonly smoothing?: DeconvolveOptions["smoothing"];
  readonly perSection?: boolean;
  /** False with --no-platform-correction; commander has it true otherwise. */
  readonly platformCorrection?: boolean;
  readonly overdispersion?: DeconvolveOptions["overdispersion"];
  readonly preprocess?: DeconvolveOptions["preprocess"];
  readonly targetSum?: number;
  readonly logBase?: DeconvolveOptions["logBase"];
  readonly nHvg?: number;
  readonly nMarkers?: number;
  readonly sketchDim?: DeconvolveOptions["sketchDimension"];
  readonly seed?: number;
  readonly graph?: DeconvolveOptions["graph"];
  readonly neighbors?: number;
  readonly radius?: number;
  readonly platform?: PlatformName;
  readonly solver?: string;
  readonly tolerance?: number;
  readonly maxSweeps?: number;
  readonly precision?: DeconvolveOptions["precision"];
  readonly amount?: DeconvolveOptions["amount"];
  readonly cellsPerSpot?: number | ObsColumn;
  readonly empty?: DeconvolveOptions["empty"];
  readonly fewCounts?: number;
  readonly intervals?: boolean;
  readonly allowNonCounts?: boolean;
  readonly failOn?: FailOn;
}

/**
 * What `deconvolve` is to be told. Throws OptionError for what it cannot be told, and for options that would be ignored; reads nothing
 * but a solver's module.
 */
export async function deconvolveOptions(spatial: string, flags: RunFlags): Promise<DeconvolveOptions> {
  checkWorkers(flags.workers);
  checkRunDirFlags(flags);
  const solver = flags.solver === undefined ? undefined : await loadSolver(flags.solver, flags.solverTimeout);
  checkSolverFlags(solver, flags);
  const options = resolveDeconvolveOptions({
    ...schemaOptions(flags),
    // A column is the section's to say.
    cellsPerSpot: typeof flags.cellsPerSpot === "number" ? flags.cellsPerSpot : undefined,
    solver,
    solverOptions: solverOptions(flags),
    hierarchy: planTypes(flags).hierarchy,
  });
  refusePerSection(options, flags);
  const { reference, out, inPlace, newTable, saveStats } = flags;
  const format = outputFormat(out, flags.format);
  refuseWithoutObject(flags, {
    ...remoteObjects([spatial, reference, out, saveStats, flags.runDir], flags),
    cells: !isTable(reference),
    newStore: !inPlace && newTable === undefined,
    zarr: format === "zarr",
    annData: isAnnData(format),
    report: out !== undefined && !isRemote(out),
    // What is on its way to a bucket lies there too.
    scratch: flags.useScratch !== "never" || isRemote(flags.runDir ?? ""),
    plugin: isPlugin(flags.solver),
  });
  return options;
}

/** Where no strength is left to the data there is none to choose for each section. */
function refusePerSection({ smoothing, solver }: DeconvolveOptions, { perSection }: RunFlags): void {
  if (!perSection || (smoothing === "auto" && solver.smoothing !== undefined)) return;
  throw new OptionError({
    option: "--per-section",
    value: perSection,
    rule: "smoothing that is left to the data (--smoothing auto): there is no strength to choose",
    remedy: "Leave it out, or let the smoothing be chosen.",
  });
}

/** Throws OptionError for a number of threads that cannot be. */
export function checkWorkers(workers = 1): void {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new OptionError({ option: "--workers", value: workers, rule: "a whole number of at least 1" });
  }
}
