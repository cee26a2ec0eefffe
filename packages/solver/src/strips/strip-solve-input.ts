import type { Allocate } from "@flashdeconv/core/internal";
import type { SolveProgress } from "../solve.js";
import type { PieceRunner } from "../solve-level.js";
import type { SolveState, StateListener } from "../solve-state.js";
import type { StatArray } from "../solver.js";
import type { StripLayout } from "./strip-layout.js";
import type { StripStore } from "./strip-store.js";

export interface StripSolveInput {
  readonly typeCount: number;
  /** Of the section's neighbours; of a graph without edges where the session does not look at them. */
  readonly layout: StripLayout;
  readonly store: StripStore;
  /** In what statistics and abundances are stored. */
  readonly precision: "float64" | "float32";
  /** Bytes that the strips in memory may take. More of them let more sweeps share one pass over the store. */
  readonly windowBytes: number;
  readonly runner?: PieceRunner;
  readonly allocate?: Allocate;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
  /** As in `SolveInput`. */
  readonly tableWidth?: number;
  /**
   * Given the final abundances of each strip, in order of the strips, and what the solver's tables say of its spots; rows in the order of
   * positions. Awaited; the tables' rows may change after that.
   */
  onStrip(strip: number, abundance: StatArray, tables?: StatArray): Promise<void> | void;
  /** A state that `onState` was given in a solve of this problem, to resume from; the store holds its abundances. */
  readonly resume?: SolveState;
  readonly onState?: StateListener;
  /** Where states are kept: about the longest that a pass, after the first, should take. No limit by default. */
  readonly passSeconds?: number;
}
