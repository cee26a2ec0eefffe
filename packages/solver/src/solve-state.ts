import type { StatArray } from "./solver.js";

/**
 * Where a solve stands between two sweeps. A solve of the same problem that starts from it makes the sweeps that were still to
 * come, and gives the same bits.
 */
export interface SolveState {
  /** What is being swept: the section, or the coarse level of this number (0 is the finest of them). */
  readonly level: "section" | number;
  /** Largest change of each sweep over this level so far. */
  readonly changes: readonly number[];
  /** Rows of the coarse levels, finest first. */
  readonly coarseRows: readonly number[];
  /**
   * Rows of the level x K; the next sweep writes over it. Undefined for a section whose abundances lie in a store (`solveStrips`): they
   * are those of the last `keep`.
   */
  readonly abundance: StatArray | undefined;
}

/** Called between two sweeps, or two passes over the strips; the next begins when it has resolved. */
export type StateListener = (state: SolveState) => Promise<void> | void;

/** The state of a level that is swept from the start. */
export const NO_CHANGES: readonly number[] = [];
