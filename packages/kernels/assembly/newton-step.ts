import { differentiateCounts } from "./count-gradient";
import { setNnls, solveNnls, target, updated } from "./exact-nnls";
import { P, setGram } from "./gram";
import { guessMinimum, setSupport } from "./likely-support";
import { indexAt, numberAt } from "./memory";
import { addCurvatures, DAMPING, products } from "./slope-products";
import { width } from "./spot-counts";

// Newton steps of the likelihood of one spot's counts. Twin: packages/solver-poisson/src/newton-step.ts.

let typeCount: usize = 0;
/** Of the likelihood: K. */
let totals: usize = 0;
// Vectors over all types, and over active types in their order.
export let abundance: usize = 0;
export let gradient: usize = 0;
export let next: usize = 0;
/** What `multiplyRows` found. */
export let sums: usize = 0;
/** Of the picture, over active types: right-hand side, minimum, and slopes there. */
let wanted: usize = 0;
let minimum: usize = 0;
let slopesThere: usize = 0;
let active: usize = 0;
let activeCount: usize = 0;
let picture: usize = 0;
let nnls: usize = 0;

/** Makes room for vectors and the second-order picture. Returns where it ends. */
export function setStep(typeCount_: usize, totals_: usize, room: usize): usize {
  typeCount = typeCount_;
  totals = totals_;
  const vector = width << 3;
  abundance = room;
  gradient = abundance + vector;
  next = gradient + vector;
  wanted = next + vector;
  minimum = wanted + vector;
  slopesThere = minimum + vector;
  sums = slopesThere + vector;
  active = sums + vector;
  picture = active + vector;
  nnls = picture + width * vector;
  return setSupport(nnls + 6 * vector + width * vector + vector);
}

/** The abundances before the step and after it change places. */
export function exchange(): void {
  const from = abundance;
  abundance = next;
  next = from;
}

/** `sums` = M'x of `count` rows of `length` numbers, an even number, each. */
@inline
export function multiplyRows(matrix: usize, x: usize, count: usize, length: usize): void {
  const stride = length << 3;
  let k: usize = 0;
  for (; k + 8 <= length; k += 8) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let row = matrix + (k << 3);
    for (let l: usize = 0; l < count; l++, row += stride) {
      const amount = v128.load64_splat(x + (l << 3));
      a = f64x2.add(a, f64x2.mul(v128.load(row), amount));
      b = f64x2.add(b, f64x2.mul(v128.load(row, 16), amount));
      c = f64x2.add(c, f64x2.mul(v128.load(row, 32), amount));
      d = f64x2.add(d, f64x2.mul(v128.load(row, 48), amount));
    }
    const to = sums + (k << 3);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; k < length; k += 2) {
    let a = f64x2.splat(0);
    let row = matrix + (k << 3);
    for (let l: usize = 0; l < count; l++, row += stride) {
      a = f64x2.add(a, f64x2.mul(v128.load(row), v128.load64_splat(x + (l << 3))));
    }
    v128.store(sums + (k << 3), a);
  }
}

export function differentiate(length: usize): void {
  differentiateCounts(length, abundance, totals, gradient);
}

/** Types that are there, or that the gradient calls for. */
@inline
function findActive(): void {
  activeCount = 0;
  for (let k: usize = 0; k < typeCount; k++) {
    if (numberAt(abundance, k) > 0 || numberAt(gradient, k) < 0) store<i32>(active + (activeCount++ << 2), <i32>k);
  }
}

/** The right-hand side: H b - g, of which H b is what the gradient took from the totals. */
@inline
function findWanted(): void {
  for (let a: usize = 0; a < activeCount; a++) {
    const k = indexAt(active, a);
    const damped = DAMPING * numberAt(products, a * width + a) * numberAt(abundance, k);
    store<f64>(wanted + (a << 3), numberAt(totals, k) - 2 * numberAt(gradient, k) + damped);
  }
}

/** The picture's slopes at its minimum: products with the types that are there, less the right-hand side. */
@inline
function findSlopesThere(): void {
  const stride = width << 3;
  for (let b: usize = 0; b < activeCount; b += 2) v128.store(slopesThere + (b << 3), f64x2.splat(0));
  for (let a: usize = 0; a < activeCount; a++) {
    const amount = numberAt(minimum, a);
    if (!(amount > 0)) continue;
    const row = products + a * stride;
    const amounts = f64x2.splat(amount);
    // Up to the diagonal its row of the triangle, from there on its column.
    for (let b: usize = 0; b < activeCount; b += 2) {
      const at = slopesThere + (b << 3);
      const first = b <= a ? row + (b << 3) : products + b * stride + (a << 3);
      const second = b < a ? row + (b << 3) + 8 : products + (b + 1) * stride + (a << 3);
      const pair = v128.load64_lane(second, v128.load64_zero(first), 1);
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(pair, amounts)));
    }
  }
  for (let b: usize = 0; b < activeCount; b++) {
    const at = slopesThere + (b << 3);
    store<f64>(at, load<f64>(at) - numberAt(wanted, b));
  }
}

/** Whether no type that is absent at the minimum would rather be there. */
@inline
function isMinimum(): bool {
  for (let a: usize = 0; a < activeCount; a++) {
    if (!(numberAt(minimum, a) > 0) && !(numberAt(slopesThere, a) >= 0)) return false;
  }
  return true;
}

/** From what was guessed. */
function solveExactly(): void {
  setGram(picture, activeCount);
  setNnls(nnls);
  memory.fill(picture, 0, (P * P) << 3);
  memory.fill(nnls, 0, (6 * P) << 3);
  for (let a: usize = 0; a < activeCount; a++) {
    for (let b: usize = 0; b <= a; b++) {
      const product = numberAt(products, a * width + b);
      store<f64>(picture + ((a * P + b) << 3), product);
      store<f64>(picture + ((b * P + a) << 3), product);
    }
    store<f64>(updated + (a << 3), numberAt(minimum, a));
    store<f64>(target + (a << 3), numberAt(wanted, a));
  }
  solveNnls();
  for (let a: usize = 0; a < activeCount; a++) store<f64>(minimum + (a << 3), numberAt(updated, a));
}

/** From `abundance` to `next`, where the row has been differentiated. Returns the largest move of any abundance. */
export function moveToMinimum(length: usize): f64 {
  findActive();
  for (let k: usize = 0; k < width; k++) store<f64>(next + (k << 3), numberAt(abundance, k));
  if (activeCount === 0) return 0;
  addCurvatures(length, active, activeCount);
  findWanted();
  guessMinimum(products, wanted, activeCount, minimum);
  findSlopesThere();
  if (!isMinimum()) {
    solveExactly();
    findSlopesThere();
  }
  let moved: f64 = 0;
  for (let a: usize = 0; a < activeCount; a++) {
    const k = indexAt(active, a);
    const reached = numberAt(minimum, a);
    store<f64>(next + (k << 3), reached);
    moved = max<f64>(moved, abs<f64>(reached - numberAt(abundance, k)));
  }
  return moved;
}

/** Goes to where the step ended, with the gradient that its picture has there. */
export function landStep(): void {
  for (let a: usize = 0; a < activeCount; a++) {
    store<f64>(gradient + (indexAt(active, a) << 3), numberAt(slopesThere, a));
  }
  for (let k: usize = 0; k < width; k++) store<f64>(abundance + (k << 3), numberAt(next, k));
}
