import { chooseRelaxation } from "./relaxation.js";
import type { SolveOptions } from "./solve-options.js";
import type { SolverSession, StatArray } from "./solver.js";
import { StoppingRule } from "./stopping-rule.js";
import { PLAIN_SWEEPS } from "./sweep-level.js";

export interface SectionFacts {
  readonly session: Pick<SolverSession, "pull" | "conditioning">;
  readonly coarseRows: readonly number[];
  /** An array of the kind that abundances are kept in. */
  readonly abundance: StatArray;
  /** The same of the spots' statistics; that of abundances if left out. */
  readonly statistics?: StatArray;
  /** Whether neighbours count; if not, one sweep is all and nothing is to be added. */
  readonly isCoupled: boolean;
}

/** How far the sweeps over the section have come, and whether they are to continue. */
export interface SectionProgress {
  /** Sweeps made; the one that takes each spot by itself counts where there is no coarse level. */
  readonly sweeps: number;
  /** Estimated largest error of any proportion. */
  readonly estimate: number;
  readonly isDone: boolean;
  /** Whether the estimate is within the tolerance; that of independent spots no sweep can lower. */
  readonly isConverged: boolean;
  /** Of the next sweep. */
  readonly relaxation: number;
  /** Whether the next sweep is to be made on abundances in double precision, as the rounding of single keeps the estimate up. */
  readonly needsDouble: boolean;
  /** Sweeps made before that; undefined where it did not come to it. */
  readonly doubleFrom: number | undefined;
  /** Largest changes of all sweeps added. */
  readonly changes: readonly number[];
  /** Relaxation of the sweep that comes `ahead` sweeps after the next one. */
  relaxationAhead(ahead: number): number;
  /** How many more sweeps may be needed, as `StoppingRule.sweepsLeft`. */
  sweepsLeft(): number;
  add(largestChange: number): void;
  /** Adds the changes of an earlier solve. */
  replay(changes: readonly number[]): void;
}

/** Of the greatest growth of rounding this much was seen (types that differ by 0.3 to 30 per cent: 0.006 to 0.3). */
const ROUNDING_SHARE = 0.3;

/** Estimated largest error of any proportion of independent spots: what the rounding of their statistics may have grown to. */
export function roundingError(
  { conditioning = 0 }: Pick<SolverSession, "conditioning">,
  precision: "float64" | "float32",
): number {
  return ROUNDING_SHARE * (precision === "float32" ? 2 ** -24 : 2 ** -53) * conditioning;
}

/** Counts sweeps and decides when to stop; `solve` and `solveStrips` share it, so that they take the same sweeps. */
export function sectionProgress(
  { session, coarseRows, abundance, statistics = abundance, isCoupled }: SectionFacts,
  { tolerance, maxSweeps }: SolveOptions,
): SectionProgress {
  const { pull } = session;
  const alone = coarseRows.length > 0 ? 0 : 1;
  const isSingle = abundance instanceof Float32Array;
  const roundingStep = isSingle ? 2 ** -24 : 2 ** -53;
  // What is stored in the end is rounded, so a finer tolerance is out of reach.
  const mayWiden = isSingle && tolerance > roundingStep;
  let rule = new StoppingRule({ pull, roundingStep });
  const overRelaxation = chooseRelaxation(isCoupled ? (pull ?? 0) : 0);
  const changes: number[] = [];
  // Independent spots are solved exactly, but for what rounding did to their statistics.
  let estimate = isCoupled
    ? 0
    : roundingError(session, statistics instanceof Float32Array ? "float32" : "float64");
  let isDone = !isCoupled;
  let doubleFrom: number | undefined;
  const relaxationAhead = (ahead: number) => (changes.length + ahead < PLAIN_SWEEPS ? 1 : overRelaxation);
  const add = (largestChange: number) => {
    rule.add(largestChange, relaxationAhead(0));
    changes.push(largestChange);
    estimate = rule.estimate;
    isDone = !(estimate > tolerance && alone + changes.length < maxSweeps && !rule.hasStalled);
    if (isDone || !mayWiden || doubleFrom !== undefined || !rule.isHeldUp) return;
    doubleFrom = alone + changes.length;
    // What was noise before may shrink again.
    rule = new StoppingRule({ pull, roundingStep: 2 ** -53 });
  };
  return {
    get sweeps() {
      return alone + changes.length;
    },
    get estimate() {
      return estimate;
    },
    get isConverged() {
      return estimate <= tolerance;
    },
    get isDone() {
      return isDone;
    },
    get relaxation() {
      return relaxationAhead(0);
    },
    get needsDouble() {
      return doubleFrom !== undefined;
    },
    get doubleFrom() {
      return doubleFrom;
    },
    changes,
    relaxationAhead,
    sweepsLeft: () => rule.sweepsLeft(tolerance),
    add,
    replay: (before) => before.forEach(add),
  };
}
