import {
  anObject,
  defaultsOf,
  number,
  type OptionSpec,
  type OptionTable,
  oneOf,
  optional,
  wholeNumber,
  wordsOr,
  yesOrNo,
} from "@flashdeconv/core/internal";
import { GRAPH_OPTIONS } from "@flashdeconv/graph/internal";
import { KERNEL_CHOICES } from "@flashdeconv/kernels";
import { NORMALIZATION_OPTIONS } from "@flashdeconv/normalize";
import { GENE_SELECTION_OPTIONS } from "@flashdeconv/select-genes/internal";
import { SKETCH_OPTIONS } from "@flashdeconv/sketch";
import { SOLVE_OPTIONS } from "@flashdeconv/solver/internal";
import { SET_LIMITS } from "@flashdeconv/solver-poisson/internal";
import type { DeconvolveOptions, PlatformName } from "../contracts/options.js";
import { METHOD_NAMES, METHODS } from "./methods.js";
import { PLATFORMS } from "./platforms.js";

const DEFAULT_METHOD = "refined";

/**
 * All options of `deconvolve`: what each may be, what it is where it is left out, and why. What is checked, what help says and the table in
 * the documents are made from it. Which method has which option is said by the methods.
 */
export const DECONVOLVE_OPTIONS: OptionTable<DeconvolveOptions> = Object.freeze({
  method: {
    kind: optional(oneOf(...METHOD_NAMES)),
    default: DEFAULT_METHOD,
    because: "as accurate as poisson, and faster",
    meaning: "model of the counts and its solver; flashdeconv is the article's",
  },
  solver: {
    kind: anObject<DeconvolveOptions["solver"]>("a solver"),
    default: METHODS[DEFAULT_METHOD].solver,
    because: "that of the method",
    meaning: "what fits the spots: the method's, nnls, or one of your own",
  },
  solverOptions: {
    kind: anObject<DeconvolveOptions["solverOptions"]>("an object of options"),
    default: Object.freeze({}),
    meaning: "the solver's own options",
  },
  genes: {
    kind: oneOf("all", "selected"),
    default: METHODS[DEFAULT_METHOD].genes,
    meaning: "genes in use: all that section and reference share, or those that vary or mark a type",
  },
  highlyVariableCount: withGenes(GENE_SELECTION_OPTIONS.highlyVariableCount),
  markersPerType: withGenes(GENE_SELECTION_OPTIONS.markersPerType),
  ...NORMALIZATION_OPTIONS,
  sketchDimension: SKETCH_OPTIONS.dimension,
  seed: SKETCH_OPTIONS.seed,
  allowNonCounts: {
    kind: yesOrNo(),
    default: false,
    because: "logged or scaled values give wrong proportions",
    meaning: "accept values that are not whole numbers",
  },
  platformCorrection: {
    kind: yesOrNo(),
    default: true,
    because: "section and reference are seldom of one chemistry",
    meaning: "adapt the reference to the totals of the section's genes",
  },
  overdispersion: {
    kind: wordsOr(["auto"], number({ least: 0 })),
    default: "auto",
    meaning:
      "how much more than Poisson counts vary (phi of the variance m + phi m^2); auto estimates it from a sample",
  },
  maxTypes: {
    kind: optional(wholeNumber({ least: 1, most: SET_LIMITS.mostTypes })),
    default: undefined,
    because: "a spot has as many types as its counts ask for",
    meaning:
      "at most so many types a spot, the likeliest set by its own counts; 2 is for beads and bins of one or two cells",
  },
  smoothing: {
    kind: optional(wordsOr(["auto", "none"], number({ least: 0 }))),
    default: METHODS[DEFAULT_METHOD].smoothing,
    meaning: "strength of the smoothing; auto chooses it by count splitting on a sample of the section",
  },
  platform: {
    kind: optional(oneOf(...(Object.keys(PLATFORMS) as PlatformName[]))),
    default: undefined,
    meaning: "strength of the smoothing from the article's table for this platform, rescaled",
  },
  graph: GRAPH_OPTIONS.kind,
  neighborCount: GRAPH_OPTIONS.neighborCount,
  radius: { ...GRAPH_OPTIONS.radius, meaning: `${GRAPH_OPTIONS.radius.meaning}, with { graph: "radius" }` },
  ...SOLVE_OPTIONS,
  precision: {
    kind: oneOf("float64", "float32"),
    default: "float32",
    because:
      "half the memory; rounding moves proportions by about 1e-6 and may hold a run up below a tolerance of 1e-5",
    meaning: "storage of what is kept per spot; float64 if the tolerance is below 1e-5",
  },
  amount: {
    kind: oneOf("rna", "cells"),
    default: "rna",
    because: "it is what counts measure, whatever the reference tells of its cells",
    meaning: "what proportions are shares of; for cells, a type's RNA is divided by the counts of its cells",
  },
  hierarchy: {
    kind: optional(anObject<NonNullable<DeconvolveOptions["hierarchy"]>>("groups of types, level by level")),
    default: undefined,
    meaning: "groups of types, level by level: the result has sums over them too",
  },
  cellsPerSpot: {
    kind: optional(number({ above: 0 })),
    default: undefined,
    meaning: "cells that each spot holds: also write how many are of each type",
  },
  empty: {
    kind: oneOf("nan", "uniform"),
    default: "nan",
    because: "1/K in every type, the answer of the Python package, looks like a finding",
    meaning: "what a spot without an answer gets",
  },
  fewCounts: {
    kind: number({ least: 0 }),
    default: 10,
    because: "so few say little of a spot by themselves; 0 for no such status",
    meaning: "counts over the genes in use below which a spot's status says that they are few",
  },
  intervals: {
    kind: yesOrNo(),
    default: false,
    because: "they take a tenth more time, and say nothing of a reference that is wrong",
    meaning: "a lower and an upper bound of each proportion: 90 % hold the truth if the reference is right",
  },
  kernels: {
    kind: oneOf(...KERNEL_CHOICES),
    default: "auto",
    because: "WebAssembly with SIMD if the runtime has it; the bits are the same",
    meaning: "form of the inner loops",
  },
});

export const DECONVOLVE_DEFAULTS: DeconvolveOptions = defaultsOf(DECONVOLVE_OPTIONS);

function withGenes(spec: OptionSpec<number>): OptionSpec<number> {
  return { ...spec, meaning: `${spec.meaning}, with { genes: "selected" }` };
}
