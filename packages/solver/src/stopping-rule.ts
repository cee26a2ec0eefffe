/** Sweeps over which the rate of convergence is measured. */
const RATE_WINDOW = 5;
/**
 * The estimate was seen to fall short of the true largest error by up to this factor (graph Laplacians of strength 0 to
 * 200,000, near-duplicate types), so it is multiplied by it. Empirical, not a bound; the certificate is the bound.
 */
const SAFETY = 2.5;

/**
 * Estimates the largest error of any proportion from the sizes of the sweeps' changes.
 *
 * A relative fall of the objective says little here: at 1e-6 proportions can still be wrong by 0.09. Instead the last
 * change is extended by the geometric series of what would follow: with over-relaxation w the rate is at least w - 1,
 * which gives change / (2 - w); the measured rate q over five sweeps gives change x q / (1 - q). The larger counts.
 */
export class StoppingRule {
  private readonly changes: number[] = [];
  private relaxation = 1;

  /** Takes in one sweep's largest relative change. A new relaxation starts the count anew. */
  add(largestChange: number, relaxation: number): void {
    if (relaxation !== this.relaxation) this.changes.length = 0;
    this.relaxation = relaxation;
    this.changes.push(largestChange);
  }

  /** Estimated largest error of any proportion; Infinity until two sweeps have been made with this relaxation. */
  get estimate(): number {
    const count = this.changes.length;
    const last = this.changes[count - 1];
    if (last === 0) return 0;
    if (count < 2) return Infinity;
    const span = Math.min(RATE_WINDOW, count - 1);
    const rate = Math.min((last / this.changes[count - 1 - span]) ** (1 / span), 1 - 1e-9);
    return SAFETY * last * Math.max(1 / (2 - this.relaxation), rate / (1 - rate));
  }
}
