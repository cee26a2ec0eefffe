import type { Solver, SolverInput } from "@flashdeconv/solver";
import type { DeconvolveOptions, MethodName } from "../contracts/options.js";
import { wantsNeighbors } from "../stages/neighbors/wants-neighbors.js";
import { METHOD_NAMES, METHODS, methodOf, methodWith } from "./methods.js";

/** What must be said of an option that would be ignored: what it stands against, and what to do. */
export interface Refusal {
  readonly rule: string;
  readonly remedy: string;
}

interface OptionRule {
  /** The solvers that have the option; all of them if left out. */
  readonly isFor?: (solver: Solver) => boolean;
  /** Why the option would be ignored for what other options say; undefined where it is not. */
  readonly ignoredFor?: (options: DeconvolveOptions) => Refusal | undefined;
}

/** Solvers that are fed normalised values. A model of counts, and a solver of counts, take them as they are. */
const isNormalized = ({ input }: Solver) => NORMALIZED_INPUTS.includes(input);
const NORMALIZED_INPUTS: readonly SolverInput[] = ["normalized", "sketch", "statistics"];
const weighsCounts = (solver: Solver) => methodWith(solver).weighsCounts;
const looksAtNeighbors = ({ coupling }: Solver) => coupling === "neighbors";

const needsLogCpm = ({ preprocess }: DeconvolveOptions) =>
  preprocess === "log-cpm" ? undefined : needs('{ preprocess: "log-cpm" }');
const needsSelection = ({ genes }: DeconvolveOptions) =>
  genes === "selected" ? undefined : needs('{ genes: "selected" }');

/**
 * Which solvers have which option of `deconvolve`, and what else an option needs to be looked at. What is checked, what help says and
 * the table in the documents all come from here; an option without an entry does not compile.
 */
export const OPTION_TABLE: Readonly<Record<keyof DeconvolveOptions, OptionRule>> = {
  method: {},
  solver: {},
  solverOptions: {},
  genes: {},
  highlyVariableCount: { ignoredFor: needsSelection },
  markersPerType: { ignoredFor: needsSelection },
  preprocess: { isFor: isNormalized },
  targetSum: { isFor: isNormalized, ignoredFor: needsLogCpm },
  logBase: { isFor: isNormalized, ignoredFor: needsLogCpm },
  sketchDimension: { isFor: isNormalized },
  seed: {
    isFor: isNormalized,
    ignoredFor: ({ sketchDimension }) =>
      sketchDimension === "none"
        ? { rule: 'nothing with { sketchDimension: "none" }, which draws no sketch', remedy: LEAVE_OUT }
        : undefined,
  },
  platformCorrection: { isFor: weighsCounts },
  overdispersion: { isFor: weighsCounts },
  likelihood: { isFor: (solver) => methodOf(solver) === "poisson" },
  smoothing: { isFor: ({ smoothing }) => smoothing !== undefined },
  platform: { isFor: ({ smoothing }) => smoothing?.option === "lambda" },
  graph: { isFor: looksAtNeighbors, ignoredFor: needsSmoothing },
  neighborCount: {
    isFor: looksAtNeighbors,
    ignoredFor: (options) => needsSmoothing(options) ?? needsGraph(options, "knn"),
  },
  radius: {
    isFor: looksAtNeighbors,
    ignoredFor: (options) => needsSmoothing(options) ?? needsGraph(options, "radius"),
  },
  // Bounds that any solver keeps; one sweep may be enough for it.
  tolerance: {},
  maxSweeps: {},
  precision: {},
  empty: {},
  kernels: {},
  allowNonCounts: {},
};

const LEAVE_OUT = "Leave it out.";

function needs(setting: string): Refusal {
  return { rule: `nothing without ${setting}`, remedy: `Add ${setting}, or leave it out.` };
}

function needsGraph({ graph }: DeconvolveOptions, kind: DeconvolveOptions["graph"]): Refusal | undefined {
  return graph === kind ? undefined : needs(`{ graph: "${kind}" }`);
}

/** Neighbours are looked at for the smoothing only. */
function needsSmoothing(options: DeconvolveOptions): Refusal | undefined {
  if (wantsNeighbors(options)) return undefined;
  return { rule: "nothing where nothing is smoothed, as no neighbours are looked at", remedy: LEAVE_OUT };
}

/** The methods that have an option of `deconvolve`. */
export function methodsWith(option: keyof DeconvolveOptions): readonly MethodName[] {
  const { isFor = () => true } = OPTION_TABLE[option];
  return METHOD_NAMES.filter((name) => isFor(METHODS[name].solver));
}

/** The methods whose solver has an option of its own by this name. */
export function methodsWithOwn(option: string): readonly MethodName[] {
  return METHOD_NAMES.filter((name) => option in METHODS[name].solver.resolveOptions());
}
