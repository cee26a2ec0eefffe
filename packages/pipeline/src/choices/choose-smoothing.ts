import type { HeldOutTrial } from "./held-out-trial.js";
import { hashWord } from "./thin-counts.js";

export interface SmoothingChoice {
  readonly strength: number;
  /** Strengths tried, ascending. */
  readonly strengths: Float64Array;
  /** Mean loss per spot of each, on the counts that were held back; up to a constant. */
  readonly losses: Float64Array;
  /** As the trial says. */
  readonly unsmoothedError: number;
  /** Least loss where each spot has strangers for neighbours; undefined where no smoothing was best anyway. */
  readonly strangersLoss: number | undefined;
}

/** Strengths in neighbouring steps of the search differ by this factor, where it has to go beyond the candidates. */
const STEP = 2;
/** Strengths above 0 tried at most: enough for a factor of 2,000 beyond the candidates. */
const MOST_STRENGTHS = 16;
/** Halvings below the least candidate. */
const MOST_HALVINGS = 4;
/** A strength whose loss is above the least by more standard errors than this, and growing, ends the search. */
const HOPELESS = 4;
/** By this share the squared error may be above the least for less smoothing: 2 % of its root. */
const ERROR_GIVEN_UP = 0.04;
/** By so many standard errors neighbours have to be better than strangers. */
const CERTAINTY = 2;
/** Where less than this share of the gain is due to neighbours being neighbours, the gain says little of how alike they are. */
const NEIGHBOR_SHARE = 0.15;

/**
 * Chooses the strength of smoothing by count splitting: the sample's counts are thinned into two halves, each strength is solved on
 * the first, and its loss is how far the answer is from the second, by least squares. The choice is the weakest smoothing that is
 * nearly as near to the truth as the best one: where the loss is flat, stronger smoothing costs rare types. How near that is follows
 * from how much counting noise there is without smoothing and how much of it the best strength takes away.
 *
 * Any shrinkage of noisy answers makes them better, towards whatever spots. So the same is done with each spot among strangers (the
 * sample's spots change places). Unless true neighbours are surely better than these there is no smoothing, and where they
 * are hardly better, none that is stronger than it takes to gain half of what strangers give.
 *
 * 0 is always among the strengths. The search goes on beyond the candidates where the choice would be at the edge.
 */
export async function chooseSmoothing({
  candidates,
  spotCount,
  lossesOf,
  unsmoothedError,
}: HeldOutTrial): Promise<SmoothingChoice> {
  const tried = await search((strength) => lossesOf(strength), candidates);
  const choice = judge(tried, await unsmoothedError());
  if (choice.strength === 0) return { ...choice, strangersLoss: undefined };
  const places = strangePlaces(spotCount);
  const strange = await search((strength) => lossesOf(strength, places), candidates, choice.strength);
  return amongStrangers(tried, choice, leastOf(strange), places);
}

/** The choice in the light of what strangers for neighbours would have given. */
function amongStrangers(
  tried: Tried,
  choice: Judgement,
  strange: Least,
  places: Int32Array,
): SmoothingChoice {
  const { strengths, losses } = choice;
  const own = tried.get(choice.strength) as Float64Array;
  const gain = strange.mean - meanOf(own);
  const atHome = own.map((_, spot) => strange.losses[places[spot]]);
  const found = { ...choice, strangersLoss: strange.mean };
  if (gain <= CERTAINTY * pairedError(own, atHome)) return { ...found, strength: 0 };
  if (gain >= NEIGHBOR_SHARE * (losses[0] - Math.min(...losses))) return found;
  const halfway = (losses[0] + strange.mean) / 2;
  const bounded = strengths.filter((strength, i) => strength < choice.strength && losses[i] >= halfway);
  return { ...found, strength: Math.max(0, ...bounded) };
}

/** Where each spot of a sample goes so that it has strangers for neighbours: a permutation, the same for every run. */
function strangePlaces(spotCount: number): Int32Array {
  const keys = Float64Array.from({ length: spotCount }, (_, spot) => hashWord(spot) >>> 0);
  return Int32Array.from({ length: spotCount }, (_, spot) => spot).sort((a, b) => keys[a] - keys[b] || a - b);
}

type Judgement = Omit<SmoothingChoice, "strangersLoss">;

interface Least {
  readonly strength: number;
  readonly losses: Float64Array;
  readonly mean: number;
}

/** Strengths tried, with the loss of each spot. */
type Tried = Map<number, Float64Array>;

/** Tries strengths upwards from 0, up to `most`, then between 0 and the least candidate where the least loss is there. */
export async function search(
  lossesOf: (strength: number) => Promise<Float64Array>,
  candidates: readonly number[],
  most = Number.POSITIVE_INFINITY,
): Promise<Tried> {
  const tried: Tried = new Map();
  const tryOut = async (strength: number) => tried.set(strength, await lossesOf(strength));
  await tryOut(0);
  let previous = 0;
  for (let i = 0; i < MOST_STRENGTHS; i++) {
    const next = candidates[i] ?? previous * STEP;
    if (!(next > 0 && next <= Math.min(most, Number.MAX_VALUE))) break;
    await tryOut(next);
    const losses = tried.get(next) as Float64Array;
    const { losses: least, strength, mean } = leastOf(tried);
    const isHopeless = meanOf(losses) - mean > HOPELESS * pairedError(losses, least);
    if (strength < next && (isHopeless || i + 1 >= candidates.length)) break;
    previous = next;
  }
  for (let i = 0; i < MOST_HALVINGS; i++) {
    const [, lowest] = [...tried.keys()].sort((a, b) => a - b);
    if (lowest === undefined || leastOf(tried).strength !== lowest) break;
    await tryOut(lowest / STEP);
  }
  return tried;
}

/** The weakest smoothing of those whose error is nearly the least. A loss is the error and what no answer changes. */
export function judge(tried: Tried, unsmoothedError: number): Judgement {
  const strengths = Float64Array.from(tried.keys()).sort();
  const losses = strengths.map((strength) => meanOf(tried.get(strength) as Float64Array));
  const least = leastOf(tried).mean;
  const leastError = Math.max(0, unsmoothedError - (losses[0] - least));
  const enough = least + ERROR_GIVEN_UP * leastError;
  const strength = strengths[losses.findIndex((loss) => loss <= enough)];
  return { strength, strengths, losses, unsmoothedError };
}

function leastOf(tried: Tried): Least {
  let best: Least = { strength: 0, losses: new Float64Array(0), mean: Number.POSITIVE_INFINITY };
  for (const [strength, losses] of tried) {
    const mean = meanOf(losses);
    if (mean < best.mean) best = { strength, losses, mean };
  }
  return best;
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean difference, paired by spot. */
export function pairedError(a: Float64Array, b: Float64Array): number {
  const count = a.length;
  if (count < 2) return 0;
  const mean = meanOf(a) - meanOf(b);
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (a[i] - b[i] - mean) ** 2;
  return Math.sqrt(squares / (count - 1) / count);
}
