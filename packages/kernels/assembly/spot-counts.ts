import { indexAt, storedAt } from "./memory";

// The counts of the spot at work, and the shares of their genes: one column per type, so that vectors hold four counts side by side.

/** Counts whose columns lie together, and whose products are summed in single precision before they are added up in double. */
export const STRETCH: usize = 128;
/** Bytes of a column. */
export const COLUMN: usize = 512;

/** K rounded up to four: numbers in a row of shares, and columns of a stretch. */
export let width: usize = 0;
/** Columns of the first stretch; `stretchAt` says where others are. */
let columns: usize = 0;
/** Of each count, rounded up to four: its weighted value, and the root of that. */
export let weighted: usize = 0;
export let scales: usize = 0;
let shares: usize = 0;
let weights: usize = 0;
let noShares: usize = 0;

/** Where shares ((G + 1) x width, the last row 0) and weights (G) lie. */
export function setTables(typeCount: usize, geneCount: usize, shares_: usize, weights_: usize): void {
  width = (typeCount + 3) & ~3;
  shares = shares_;
  weights = weights_;
  noShares = shares + ((geneCount * width) << 2);
}

/** Makes room for rows of `longest` counts. Returns where it ends. */
export function setRoom(room: usize, longest: usize): usize {
  const most = (longest + STRETCH - 1) & ~(STRETCH - 1);
  weighted = room;
  scales = weighted + (most << 2);
  columns = scales + (most << 2);
  return columns + ((most * width) << 2);
}

/** Where the columns of the stretch lie that begins with count `from`. */
@inline
export function stretchAt(from: usize): usize {
  return columns + ((from * width) << 2);
}

/** Counts of that stretch, rounded up to four. */
@inline
export function stretchLength(from: usize, length: usize): usize {
  return (min(STRETCH, length - from) + 3) & ~3;
}

@inline
function weigh(gene: usize, values: usize, i: usize, isDouble: bool): f32 {
  return load<f32>(weights + (gene << 2)) * <f32>storedAt(values, i, isDouble);
}

/** Where the shares of a count's gene lie, and its weighted value. Beyond the end nothing. */
@inline
function loadCount(i: usize, from: usize, length: usize, indices: usize, values: usize, isDouble: bool): usize {
  const at = weighted + (i << 2);
  if (i >= length) {
    store<f32>(at, 0);
    return noShares;
  }
  const gene = indexAt(indices, from + i);
  store<f32>(at, weigh(gene, values, from + i, isDouble));
  return shares + ((gene * width) << 2);
}

/** Takes in a row: weighs its counts, and puts the shares of their genes into columns. */
@inline
export function loadCounts(from: usize, length: usize, indices: usize, values: usize, isDouble: bool): void {
  const rowBytes = width << 2;
  for (let i: usize = 0; i < length; i += 4) {
    const p = loadCount(i, from, length, indices, values, isDouble);
    const q = loadCount(i + 1, from, length, indices, values, isDouble);
    const r = loadCount(i + 2, from, length, indices, values, isDouble);
    const s = loadCount(i + 3, from, length, indices, values, isDouble);
    v128.store(scales + (i << 2), f32x4.sqrt(v128.load(weighted + (i << 2))));
    const place = i & (STRETCH - 1);
    let to = stretchAt(i - place) + (place << 2);
    for (let k: usize = 0; k < rowBytes; k += 16, to += 4 * COLUMN) {
      const a = v128.load(p + k);
      const b = v128.load(q + k);
      const c = v128.load(r + k);
      const d = v128.load(s + k);
      const e = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const f = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const g = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const h = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<i64>(e, f, 0, 2));
      v128.store(to, v128.shuffle<i64>(e, f, 1, 3), COLUMN);
      v128.store(to, v128.shuffle<i64>(g, h, 0, 2), 2 * COLUMN);
      v128.store(to, v128.shuffle<i64>(g, h, 1, 3), 3 * COLUMN);
    }
  }
}

/** The sums of four vectors, each by ((1st + 3rd) + (2nd + 4th)). */
@inline
export function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const e = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const f = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(e, f, 0, 2), v128.shuffle<i64>(e, f, 1, 3));
}

@inline
export function firstTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}

@inline
export function lastTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1));
}
