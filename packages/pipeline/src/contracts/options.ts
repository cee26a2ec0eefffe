import type { GraphKind } from "@flashdeconv/graph";
import type { KernelChoice } from "@flashdeconv/kernels";
import type { NormalizationOptions } from "@flashdeconv/normalize";
import type { SolveOptions, Solver, StatArray } from "@flashdeconv/solver";
import type { Hierarchy } from "./hierarchy.js";
import type { Parameters } from "./parameters.js";

/** What proportions are shares of. */
export type Amount = "rna" | "cells";

export type MethodName = "refined" | "weighted" | "poisson" | "flashdeconv";

/** Platforms that the article's table of lambda has. */
export type PlatformName = "visium" | "visium-hd-16um" | "visium-hd-8um" | "visium-hd-2um" | "stereo-seq";

/** What values each may have, the defaults and their reasons are in `DECONVOLVE_OPTIONS` and docs/options.md. */
export interface DeconvolveOptions extends NormalizationOptions, SolveOptions {
  /**
   * The method by name, which brings a solver and settings for it. Nothing else decides it: an option that it does not have is refused.
   * Undefined with a solver that is not a method's.
   */
  readonly method: MethodName | undefined;
  /** Genes in use: those that vary or mark a type ("selected"), or all shared ones. By default as the method has it. */
  readonly genes: "selected" | "all";
  /** Highly variable genes to take. */
  readonly highlyVariableCount: number;
  /** Marker genes to take per type. */
  readonly markersPerType: number;
  /** Dimensions of the CountSketch, or "none" for exact statistics. */
  readonly sketchDimension: number | "none";
  /** Seed of the sketch. */
  readonly seed: number;
  /** Which spots are neighbours. */
  readonly graph: GraphKind;
  /** Nearest neighbours of "knn". */
  readonly neighborCount: number;
  /** Greatest distance of neighbours, for "radius" only, in the unit of the coordinates. */
  readonly radius: number | undefined;
  /** The method's, one that is not a method's (`nnls`), or one of your own. */
  readonly solver: Solver;
  /** The solver's own options, over its defaults. */
  readonly solverOptions: Readonly<Record<string, unknown>>;
  /**
   * Strength of the smoothing: a number on the solver's scale, "none", or "auto", which chooses it by count splitting on a sample
   * of the section. Undefined leaves it to the solver's options. By default as the method has it.
   */
  readonly smoothing: number | "auto" | "none" | undefined;
  /** Whether the reference is adapted to the bulk of the section. */
  readonly platformCorrection: boolean;
  /** Overdispersion phi of counts (variance m + phi m^2); "auto" estimates it on a sample of the section. */
  readonly overdispersion: number | "auto";
  /**
   * At most so many types a spot: each gets the set of types that is most likely by its own counts, and proportions of these alone. Undefined
   * leaves it to the counts how many there are.
   */
  readonly maxTypes: number | undefined;
  /** Takes the smoothing from the article's table for this platform, carried over to the scale at hand. */
  readonly platform: PlatformName | undefined;
  /**
   * Storage of normalised values, statistics and proportions. Where the tolerance is below 1e-5 it is "float64" unless given.
   */
  readonly precision: "float64" | "float32";
  /** What proportions are shares of: "rna", or "cells", for which each type's RNA is divided by the counts that a cell of it has. */
  readonly amount: Amount;
  /** Cells that each spot holds, divided among its types in a table of their own. Where spots differ, the section's `cellsPerSpot` says it. */
  readonly cellsPerSpot: number | undefined;
  /** Groups of types, level by level: the result has sums over them, and how far down each spot is resolved. */
  readonly hierarchy: Hierarchy | undefined;
  /** What a spot without any abundance gets: NaN, or 1/K in every type. */
  readonly empty: "nan" | "uniform";
  /** Counts over the genes in use below which a spot's status is "few counts". */
  readonly fewCounts: number;
  /**
   * Whether each proportion gets an interval, calibrated on a pseudo-tissue of the reference's cells: 90 % of these hold the truth if the
   * reference is right. For methods of the model of counts.
   */
  readonly intervals: boolean;
  /** Which form of the inner loops to run. No result depends on it, to the bit, and none records it. */
  readonly kernels: KernelChoice;
  /** Accept values that are not whole numbers (they must still be finite and not negative). */
  readonly allowNonCounts: boolean;
}

/** What a solve looks at, of all options. */
export interface SolveSummaryOptions extends SolveOptions {
  readonly solver: Solver;
  /** Storage of the abundances and proportions; as in DeconvolveOptions. */
  readonly precision: "float64" | "float32";
  /** What proportions are shares of; as in DeconvolveOptions. */
  readonly amount: Amount;
  /** Cells that each spot holds, or all the same number; as in DeconvolveOptions. */
  readonly cellsPerSpot?: number | StatArray;
  /** As in DeconvolveOptions. */
  readonly hierarchy?: Hierarchy;
  /** What a spot without any abundance gets; as in DeconvolveOptions. */
  readonly empty: "nan" | "uniform";
  /** As in DeconvolveOptions. */
  readonly fewCounts: number;
  /** As in DeconvolveOptions; of kept statistics, where these hold the calibration of a run with the same strengths. */
  readonly intervals: boolean;
}

/** Strengths that were chosen on several sections together, and what there is to tell of the choice. */
export interface SharedChoice {
  readonly strengths: { readonly smoothing: number; readonly shrinkage: number };
  /** The curves and the sections, as results keep them. */
  readonly facts: Parameters;
}
