import { shortLog } from "@flashdeconv/core/internal";

/** The columns of one spot that sets of types are fitted by; made once, used for every spot. */
export interface SpotColumns {
  /** Counts that take part. */
  length: number;
  /** Their weighted values. */
  weights: Float64Array;
  /** One column per candidate: expected shares of the counts' genes, each type's summing to 1 over weighted genes. */
  columns: Float64Array[];
}

/** Scratch memory of fits of up to so many types. */
export interface SetFit {
  /** Shares of the set's types, where it has an optimum inside. */
  readonly shares: Float64Array;
  readonly step: Float64Array;
  readonly slope: Float64Array;
  readonly curvature: Float64Array;
  means: Float64Array;
}

/** A share below this is none: then a smaller set is as likely. */
const LEAST_SHARE = 1e-3;
/** A step that moves no share by more is the last; the next would be its square. */
const SMALL_STEP = 1e-4;
const MOST_STEPS = 50;
/** How much of the way to the edge a step may go. */
const MOST_OF_WAY = 0.9;

export function buildSetFit(mostTypes: number): SetFit {
  const count = mostTypes - 1;
  return {
    shares: new Float64Array(mostTypes),
    step: new Float64Array(count),
    slope: new Float64Array(count),
    curvature: new Float64Array(count * count),
    means: new Float64Array(0),
  };
}

/**
 * The most likely shares of two types or more, to `fit.shares`: by Newton's method the maximum over shares s that sum to 1 of
 * sum_i w_i ln(sum_j s_j v_ji), which is concave.
 *
 * @returns that sum; minus infinity where a share is (nearly) 0 there, so that a smaller set says the same
 */
export function fitSet(fit: SetFit, spot: SpotColumns, members: Int32Array): number {
  const found = members.length === 2 ? fitPair(fit, spot, members) : fitMany(fit, spot, members);
  return found ? logLikelihood(fit, spot, members) : Number.NEGATIVE_INFINITY;
}

function fitPair(
  { shares }: SetFit,
  { length, weights, columns }: SpotColumns,
  members: Int32Array,
): boolean {
  const one = columns[members[0]];
  const other = columns[members[1]];
  let share = 0.5;
  let low = 0;
  let high = 1;
  for (let count = 0; count < MOST_STEPS; count++) {
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < length; i++) {
      const difference = one[i] - other[i];
      const ratio = difference / (other[i] + share * difference);
      const weighted = weights[i] * ratio;
      slope += weighted;
      curvature += weighted * ratio;
    }
    if (!(curvature > 0)) return false;
    if (slope > 0) low = share;
    else high = share;
    let next = share + slope / curvature;
    if (!(next > low)) next = share - MOST_OF_WAY * (share - low);
    else if (!(next < high)) next = share + MOST_OF_WAY * (high - share);
    const moved = Math.abs(next - share);
    share = next;
    if (share < LEAST_SHARE || share > 1 - LEAST_SHARE) return false;
    if (moved <= SMALL_STEP) break;
  }
  shares[0] = share;
  shares[1] = 1 - share;
  return true;
}

/** Newton's method in all shares but the last. */
function fitMany(fit: SetFit, spot: SpotColumns, members: Int32Array): boolean {
  const { shares, step, slope, curvature } = fit;
  const free = members.length - 1;
  shares.fill(1 / members.length, 0, members.length);
  for (let count = 0; count < MOST_STEPS; count++) {
    differentiate(fit, spot, members);
    if (!solve(curvature, slope, step, free)) return false;
    let length = 1;
    let last = 0;
    for (let j = 0; j < free; j++) {
      if (shares[j] + step[j] <= 0) length = Math.min(length, (MOST_OF_WAY * shares[j]) / -step[j]);
      last -= step[j];
    }
    if (shares[free] + last <= 0) length = Math.min(length, (MOST_OF_WAY * shares[free]) / -last);
    // The slope along the step, where it ends: a step that goes far beyond the maximum is halved.
    let fall = 0;
    for (let j = 0; j < free; j++) fall += slope[j] * step[j];
    let moved = 0;
    move(shares, step, free, length);
    for (let halving = 0; halving < MOST_STEPS && -slopeAlong(fit, spot, members) > fall / 2; halving++) {
      move(shares, step, free, -length / 2);
      length /= 2;
    }
    for (let j = 0; j < free; j++) moved = Math.max(moved, Math.abs(length * step[j]));
    for (let j = 0; j <= free; j++) if (shares[j] < LEAST_SHARE) return false;
    if (moved <= SMALL_STEP) return true;
  }
  return true;
}

function move(shares: Float64Array, step: Float64Array, free: number, length: number): void {
  let sum = 0;
  for (let j = 0; j < free; j++) {
    shares[j] += length * step[j];
    sum += shares[j];
  }
  shares[free] = 1 - sum;
}

function setMeans(fit: SetFit, { length, columns }: SpotColumns, members: Int32Array): Float64Array {
  if (fit.means.length < length) fit.means = new Float64Array(2 * length);
  const { means, shares } = fit;
  means.fill(0, 0, length);
  for (let j = 0; j < members.length; j++) {
    const column = columns[members[j]];
    const share = shares[j];
    for (let i = 0; i < length; i++) means[i] += share * column[i];
  }
  return means;
}

function differentiate(fit: SetFit, spot: SpotColumns, members: Int32Array): void {
  const { slope, curvature } = fit;
  const { length, weights, columns } = spot;
  const free = members.length - 1;
  const means = setMeans(fit, spot, members);
  const last = columns[members[free]];
  for (let j = 0; j < free; j++) {
    const own = columns[members[j]];
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (weights[i] * (own[i] - last[i])) / means[i];
    slope[j] = sum;
    for (let l = 0; l <= j; l++) {
      const other = columns[members[l]];
      let product = 0;
      for (let i = 0; i < length; i++) {
        const inverse = 1 / means[i];
        product += weights[i] * ((own[i] - last[i]) * inverse) * ((other[i] - last[i]) * inverse);
      }
      curvature[j * free + l] = product;
    }
  }
}

function slopeAlong(fit: SetFit, spot: SpotColumns, members: Int32Array): number {
  const { step } = fit;
  const { length, weights, columns } = spot;
  const free = members.length - 1;
  const means = setMeans(fit, spot, members);
  const last = columns[members[free]];
  let along = 0;
  for (let j = 0; j < free; j++) {
    const own = columns[members[j]];
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (weights[i] * (own[i] - last[i])) / means[i];
    along += sum * step[j];
  }
  return along;
}

/** Solves by Cholesky's method, in the lower triangle's place; false where it is not positive definite. */
function solve(matrix: Float64Array, right: Float64Array, x: Float64Array, count: number): boolean {
  for (let j = 0; j < count; j++) {
    for (let l = 0; l <= j; l++) {
      let sum = matrix[j * count + l];
      for (let i = 0; i < l; i++) sum -= matrix[j * count + i] * matrix[l * count + i];
      if (l < j) matrix[j * count + l] = sum / matrix[l * count + l];
      else if (sum > 0) matrix[j * count + j] = Math.sqrt(sum);
      else return false;
    }
  }
  for (let j = 0; j < count; j++) {
    let sum = right[j];
    for (let i = 0; i < j; i++) sum -= matrix[j * count + i] * x[i];
    x[j] = sum / matrix[j * count + j];
  }
  for (let j = count - 1; j >= 0; j--) {
    let sum = x[j];
    for (let i = j + 1; i < count; i++) sum -= matrix[i * count + j] * x[i];
    x[j] = sum / matrix[j * count + j];
  }
  return true;
}

function logLikelihood(fit: SetFit, spot: SpotColumns, members: Int32Array): number {
  const { length, weights } = spot;
  const means = setMeans(fit, spot, members);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += weights[i] * shortLog(means[i]);
  return sum;
}
