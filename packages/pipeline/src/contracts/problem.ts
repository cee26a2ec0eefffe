import type { ReferenceSignature } from "@flashdeconv/core";
import type { KernelChoice } from "@flashdeconv/kernels";
import type { Normalization } from "@flashdeconv/normalize";
import type { SketchStatistics } from "@flashdeconv/sketch";
import type { SolverInput, SolverReference } from "@flashdeconv/solver";
import type { Parameters } from "./parameters.js";

/** All that is fixed before the second pass: which genes, how spots are normalised, and the least-squares problem. */
export interface Problem {
  /** Genes in use, as indices into the shared genes, ascending. */
  readonly genes: Int32Array;
  /** Mean raw counts over the genes in use, of the types that have any. */
  readonly signature: ReferenceSignature;
  /** Names of the types that have none: exactly 0 everywhere. */
  readonly silentTypes: readonly string[];
  /** What the solver's rows are made of: normalised values, raw counts, or raw counts that the model of counts weighs. */
  readonly scale: "normalized" | "counts" | "weighed counts";
  readonly normalization: Normalization;
  readonly statistics: SketchStatistics;
  readonly reference: SolverReference;
  /** The solver's own options, with the platform's lambda where one was asked for. */
  readonly solverOptions: object;
  /** Mean count of a spot over the genes in use; for solvers of the model of counts. */
  readonly meanDepth?: number;
  /** What the tissue as a whole consists of; for solvers of the model of counts. */
  readonly composition?: Float64Array;
  /** K x G: the types' shares of genes as spots are fitted with them; for the same solvers. */
  readonly profiles?: Float64Array;
  /** phi: a count of mean m has variance m + phi m^2; for the same solvers. */
  readonly overdispersion?: number;
  /** G: shares of the genes in use in the whole section; for the same solvers. */
  readonly shares?: Float64Array;
  /** K: what the noise of the reference's means adds to the Gram matrix's diagonal, where the model of counts has single cells to tell. */
  readonly referenceNoise?: Float64Array;
  /** K: counts that each type's profile rests on; where that is known. */
  readonly referenceCounts?: Float64Array;
  /** Strengths of smoothing and shrinkage that were given or chosen; left out where they are the solver's own matter. */
  readonly strengths?: { readonly smoothing: number; readonly shrinkage: number };
  /** What was estimated on the way, to be kept with the result. */
  readonly facts: Parameters;
}

/** In what form a solver's `summarize` gets the spots. */
export interface RowForm {
  readonly input: SolverInput;
  /** Not looked at for "counts" and "weighted-counts". */
  readonly normalization: Normalization;
  /** Gram matrix and what each gene counts for; for "weighted-counts" those of the count model. */
  readonly statistics: SketchStatistics;
  readonly precision: "float64" | "float32";
  readonly kernels: KernelChoice;
}
