import type { SmoothingTrial } from "./held-out-trial.js";
import { leastOf, meanOf, pairedError, type Search, search, strongest } from "./search-strength.js";

export interface SmoothingChoice {
  /** How alike neighbours are made. */
  readonly smoothing: number;
  /** How much each spot is drawn towards the tissue as a whole; 0 where there is smoothing, or the solver cannot. */
  readonly shrinkage: number;
  /** Strengths of smoothing that were tried. */
  readonly neighbors: Curve;
  /** Strengths of shrinkage that were tried, for solvers that can. */
  readonly tissue: Curve | undefined;
  /** The same as the strength of shrinkage is chosen by: without the noise of the reference's means, where spots are drawn towards the tissue. */
  readonly exactTissue?: Curve;
  /** Mean loss that the truth would have: what a loss is above it is the squared error. */
  readonly lossOfTruth: number;
  /** Loss with shuffled coordinates, where that decided: the least, or that of the chosen strength beside shrinkage. */
  readonly shuffledLoss: number | undefined;
}

export interface Curve {
  /** Ascending, from 0. */
  readonly strengths: Float64Array;
  /** Mean loss per spot of each, on the counts that were held back; up to a constant, the same for all curves. */
  readonly losses: Float64Array;
}

/** By this share the squared error may be above the least for less smoothing: 1.5 % of its root. */
const ERROR_GIVEN_UP = 0.03;
/** Two ways to draw spots together are equally good unless their losses differ by more standard errors than this. */
const CERTAINTY = 2;

/**
 * Chooses the strength of smoothing by count splitting: the sample's counts are thinned into two halves, each strength is solved on
 * the first, and its loss is how far the answer is from the second, by least squares. The choice is the weakest smoothing that is
 * nearly as near to the truth as the best one: where the loss is flat, stronger smoothing costs rare types.
 *
 * Drawing noisy answers together makes them better, towards whatever spots. So neighbours are judged against what needs none of them:
 * drawing each spot towards the tissue as a whole, with a strength chosen by the same split. They smooth if they leave less
 * error. On a tie neighbours smooth if they are better than the same smoothing with the sample's coordinates shuffled. A solver that
 * cannot shrink is judged against shuffled coordinates alone.
 *
 * 0 is always among the strengths. The search continues beyond the candidates where the choice would be at the edge.
 */
export async function chooseSmoothing(trial: SmoothingTrial): Promise<SmoothingChoice> {
  const { candidates, shrinkages, lossesOf } = trial;
  const truth = await trial.lossOfTruth();
  const neighbors = await search((smoothing) => lossesOf({ smoothing, shrinkage: 0 }), candidates, truth);
  const found = { neighbors: curveOf(neighbors), lossOfTruth: truth };
  const smoothing = weakestEnough(neighbors, truth);
  const lossesAmong = (strength: number) => trial.lossesWhenShuffled({ smoothing: strength, shrinkage: 0 });
  if (shrinkages === undefined) {
    const none = { smoothing: 0, shrinkage: 0, tissue: undefined };
    if (smoothing === 0) return { ...found, ...none, shuffledLoss: undefined };
    const shuffled = await search(lossesAmong, candidates, truth, strongest(neighbors));
    const isWorth = isWorthNeighbors(neighbors, shuffled, truth);
    return { ...found, ...none, ...(isWorth && { smoothing }), shuffledLoss: leastOf(shuffled).mean };
  }
  const tissue = await search((shrinkage) => lossesOf({ smoothing: 0, shrinkage }), shrinkages, truth);
  const both = { ...found, tissue: curveOf(tissue) };
  const shrunk = async (shuffledLoss?: number): Promise<SmoothingChoice> => {
    const exact = await judgedExactly(trial, tissue);
    const shrinkage = weakestEnough(exact, await trial.lossOfTruth("exact"));
    return { ...both, smoothing: 0, shrinkage, exactTissue: curveOf(exact), shuffledLoss };
  };
  if (smoothing === 0) return shrunk();
  const smoothed = { ...both, smoothing, shrinkage: 0, shuffledLoss: undefined };
  const [ours, theirs] = [leastOf(neighbors).losses, leastOf(tissue).losses];
  if (isSignificantlyLess(ours, theirs)) return smoothed;
  if (isSignificantlyLess(theirs, ours)) return shrunk();
  const shuffled = await lossesAmong(smoothing);
  const isBetter = isSignificantlyLess(neighbors.get(smoothing) as Float64Array, shuffled);
  return isBetter ? { ...smoothed, shuffledLoss: meanOf(shuffled) } : shrunk(meanOf(shuffled));
}

/**
 * The same strengths of shrinkage without the noise of the reference's means. By that noise the fit is drawn towards the tissue already,
 * and a judge that has it too would draw it there twice.
 */
async function judgedExactly({ lossesOf }: SmoothingTrial, tissue: Search): Promise<Search> {
  const exact = new Map<number, Float64Array>();
  for (const shrinkage of tissue.keys()) {
    exact.set(shrinkage, await lossesOf({ smoothing: 0, shrinkage }, "exact"));
  }
  return exact;
}

/** The weakest of the strengths whose error is nearly the least. */
export function weakestEnough(tried: Search, truth: number): number {
  const { strengths, losses } = curveOf(tried);
  const least = leastOf(tried).mean;
  const enough = least + ERROR_GIVEN_UP * Math.max(0, least - truth);
  return strengths[losses.findIndex((loss) => loss <= enough)];
}

/** Whether neighbours leave less error than shuffled coordinates at their best: significantly, and by more than may be given up. */
function isWorthNeighbors(neighbors: Search, shuffled: Search, truth: number): boolean {
  const best = leastOf(neighbors);
  const rival = leastOf(shuffled);
  const givenUp = ERROR_GIVEN_UP * Math.max(0, Math.min(best.mean, rival.mean) - truth);
  return isSignificantlyLess(best.losses, rival.losses) && rival.mean - best.mean > givenUp;
}

/** Whether the first losses are significantly less on average, paired by spot. */
function isSignificantlyLess(losses: Float64Array, others: Float64Array): boolean {
  return meanOf(others) - meanOf(losses) > CERTAINTY * pairedError(losses, others);
}

function curveOf(tried: Search): Curve {
  const strengths = Float64Array.from(tried.keys()).sort();
  return { strengths, losses: strengths.map((strength) => meanOf(tried.get(strength) as Float64Array)) };
}
