import { chooseRelaxation } from "./relaxation.js";
import type { SolveOptions } from "./solve-options.js";
import type { SolverSession, StatArray } from "./solver.js";
import { StoppingRule } from "./stopping-rule.js";
import { PLAIN_SWEEPS } from "./sweep-level.js";

export interface SectionFacts {
  readonly session: Pick<SolverSession, "pull">;
  readonly coarseRows: readonly number[];
  /** An array of the kind that abundances are kept in. */
  readonly abundance: StatArray;
  /** Whether neighbours count; if not, one sweep is all and nothing is to be added. */
  readonly isCoupled: boolean;
}

/** How far the sweeps over the section have come, and whether they are to go on. */
export interface SectionProgress {
  /** Sweeps made; the one that takes each spot by itself counts where there is no coarse level. */
  readonly sweeps: number;
  /** Estimated largest error of any proportion. */
  readonly estimate: number;
  readonly isDone: boolean;
  /** Of the next sweep. */
  readonly relaxation: number;
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

/** Counts sweeps and decides when to stop; `solve` and `solveStrips` share it, so that they take the same sweeps. */
export function sectionProgress(
  { session: { pull }, coarseRows, abundance, isCoupled }: SectionFacts,
  { tolerance, maxSweeps }: SolveOptions,
): SectionProgress {
  const alone = coarseRows.length > 0 ? 0 : 1;
  const roundingStep = abundance instanceof Float32Array ? 2 ** -24 : 2 ** -53;
  const rule = new StoppingRule({ pull, roundingStep });
  const overRelaxation = chooseRelaxation(isCoupled ? (pull ?? 0) : 0);
  const changes: number[] = [];
  let estimate = 0;
  let isDone = !isCoupled;
  const relaxationAhead = (ahead: number) => (changes.length + ahead < PLAIN_SWEEPS ? 1 : overRelaxation);
  const add = (largestChange: number) => {
    rule.add(largestChange, relaxationAhead(0));
    changes.push(largestChange);
    estimate = rule.estimate;
    isDone = !(estimate > tolerance && alone + changes.length < maxSweeps && !rule.hasStalled);
  };
  return {
    get sweeps() {
      return alone + changes.length;
    },
    get estimate() {
      return estimate;
    },
    get isDone() {
      return isDone;
    },
    get relaxation() {
      return relaxationAhead(0);
    },
    changes,
    relaxationAhead,
    sweepsLeft: () => rule.sweepsLeft(tolerance),
    add,
    replay: (before) => before.forEach(add),
  };
}
