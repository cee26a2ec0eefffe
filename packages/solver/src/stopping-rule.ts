import { greatestRemainder } from "./relaxation.js";

/** Sweeps over which the rate of convergence is measured. */
const RATE_WINDOW = 5;
/**
 * What a measured rate says was seen to fall short of the true largest error by up to this factor (graph Laplacians of
 * strength 0 to 200,000, near-duplicate types), so it is multiplied by it. Empirical; the certificate is the bound.
 */
const SAFETY = 2.5;
/** Changes below this many rounding steps of the storage may be rounding; over-relaxation w lets 1 / (2 - w) of them gather. */
const NOISE_STEPS = 16;
/** Sweeps without a new smallest change after which changes of the size of rounding are taken to be just that. */
const STALL_SWEEPS = 20;
/** The same, of any size, after which rounding in single precision may be what keeps them from shrinking. */
const SUSPECT_SWEEPS = 12;

export interface StoppingRuleOptions {
  /** As `SolverSession.pull`; unknown counts as 1. */
  readonly pull?: number;
  /** Relative rounding step of the array that holds abundances: 2^-53 for Float64Array, 2^-24 for Float32Array. */
  readonly roundingStep?: number;
}

/**
 * Estimates the largest error of any proportion from the sizes of the sweeps' changes.
 *
 * A relative fall of the objective says little here: at 1e-6 proportions can still be wrong by 0.09. Instead the last
 * change is extended by the geometric series of what would follow, change x q / (1 - q), with the rate q measured over
 * five sweeps. That is not believed to be less than theory has it (`greatestRemainder`): a slow part of the error can
 * hide behind fast ones that are larger at first.
 */
export class StoppingRule {
  private readonly pull: number;
  private readonly roundingStep: number;
  private changes: number[] = [];
  private relaxation = 1;
  private rate = 0;
  private smallest = Infinity;
  private sweepsSinceSmallest = 0;

  constructor({ pull = 1, roundingStep = 2 ** -53 }: StoppingRuleOptions = {}) {
    this.pull = pull;
    this.roundingStep = roundingStep;
  }

  /** Takes in one sweep's largest relative change. A new relaxation starts the count again. */
  add(largestChange: number, relaxation: number): void {
    if (relaxation !== this.relaxation) {
      this.changes = [];
      this.relaxation = relaxation;
      this.rate = relaxation - 1;
    }
    this.changes.push(largestChange);
    if (largestChange < this.smallest) {
      this.smallest = largestChange;
      this.sweepsSinceSmallest = 0;
    } else this.sweepsSinceSmallest++;

    const count = this.changes.length;
    // Rounding does not shrink, so what it seems to converge by says nothing.
    if (count < 2 || this.isNoise) return;
    const span = Math.min(RATE_WINDOW, count - 1);
    const measured = (largestChange / this.changes[count - 1 - span]) ** (1 / span);
    this.rate = Math.min(Math.max(measured, relaxation - 1), 1 - 1e-9);
  }

  /** Estimated largest error of any proportion; Infinity until two sweeps have been made with this relaxation. */
  get estimate(): number {
    const last = this.changes[this.changes.length - 1];
    if (last === 0) return 0;
    if (this.changes.length < 2) return Infinity;
    const measured = (SAFETY * this.rate) / (1 - this.rate);
    return last * Math.max(measured, greatestRemainder(this.pull, this.relaxation));
  }

  /** Sweeps that are likely still needed to come below a tolerance: a guess, from how fast changes have been shrinking. */
  sweepsLeft(tolerance: number): number {
    if (!Number.isFinite(this.estimate) || this.rate <= 0) return 1;
    return Math.ceil(Math.log(tolerance / this.estimate) / Math.log(this.rate));
  }

  /** Whether abundances have stopped moving but for the rounding of their storage: more sweeps would not help. */
  get hasStalled(): boolean {
    return this.isNoise && this.sweepsSinceSmallest >= STALL_SWEEPS;
  }

  /**
   * Whether changes have long not fallen, of whatever size: what is stored is rounded, and where a spot holds far less than its
   * neighbours the rounding of theirs may be large next to it.
   */
  get isHeldUp(): boolean {
    return this.sweepsSinceSmallest >= SUSPECT_SWEEPS;
  }

  private get isNoise(): boolean {
    const last = this.changes[this.changes.length - 1];
    return last <= (NOISE_STEPS * this.roundingStep) / (2 - this.relaxation);
  }
}
