import type { Amount } from "./options.js";

/** How wide intervals are, found on a pseudo-tissue of known proportions. K types. */
export interface Calibration {
  /** K: what one count says of each type, as the inverse variance of its proportion. */
  readonly information: Float64Array;
  /** How hard proportions were drawn together, by neighbours and by the tissue, in counts; `epsilon` as of the prior. */
  readonly strengths: { readonly smoothing: number; readonly shrinkage: number };
  readonly epsilon: number;
  /** What the proportions were shares of. */
  readonly amount: Amount;
  /** Two scales for each bin of proportions: a third of its entries had one below the first, a third one above the second. */
  readonly scaleCuts: Float64Array;
  /** For each bin and third the quantiles of the error over the scale: 5, 10 and 95 %. */
  readonly quantiles: Float64Array;
  /** What the pseudo-tissue was made with. */
  readonly facts: CalibrationFacts;
}

export interface CalibrationFacts {
  /** Spots of the tile, and entries that quantiles were taken from. */
  readonly spotCount: number;
  readonly entryCount: number;
  /** Cells that a spot of the tile holds, as far as its counts tell. */
  readonly cellsPerSpot: number;
  /** Overdispersion that cells did not account for. */
  readonly overdispersion: number;
  /** Types whose counts were drawn from their mean, as there were too few cells to draw. */
  readonly typesWithoutCells: readonly string[];
}
