// The statistics of sparse rows: the products with K columns of a table, and the squared norm in sketch space. Each sum takes
// the row's entries in order, as its twin in packages/sketch/src/summarize-rows.ts does, so that both give the same bits.
// K sums stand side by side in vectors: a vector adds no two entries of a row.

@inline
function valueAt(values: usize, i: usize, isDouble: bool): f64 {
  return isDouble ? load<f64>(values + (i << 3)) : <f64>load<f32>(values + (i << 2));
}

@inline
function indexAt(indices: usize, i: usize): usize {
  return <usize>load<i32>(indices + (i << 2));
}

/** K products of one row, twenty at a time as long as there are so many: ten vectors stay in registers. */
@inline
function projectRow(
  from: usize,
  to: usize,
  indices: usize,
  values: usize,
  projection: usize,
  typeCount: usize,
  out: usize,
  isDouble: bool,
): void {
  const stride = typeCount << 3;
  let type: usize = 0;
  for (; type + 20 <= typeCount; type += 20) {
    const columns = projection + (type << 3);
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    let p = a;
    let q = a;
    for (let i = from; i < to; i++) {
      const value = f64x2.splat(valueAt(values, i, isDouble));
      const row = columns + indexAt(indices, i) * stride;
      a = f64x2.add(a, f64x2.mul(value, v128.load(row)));
      b = f64x2.add(b, f64x2.mul(value, v128.load(row, 16)));
      c = f64x2.add(c, f64x2.mul(value, v128.load(row, 32)));
      d = f64x2.add(d, f64x2.mul(value, v128.load(row, 48)));
      e = f64x2.add(e, f64x2.mul(value, v128.load(row, 64)));
      f = f64x2.add(f, f64x2.mul(value, v128.load(row, 80)));
      g = f64x2.add(g, f64x2.mul(value, v128.load(row, 96)));
      h = f64x2.add(h, f64x2.mul(value, v128.load(row, 112)));
      p = f64x2.add(p, f64x2.mul(value, v128.load(row, 128)));
      q = f64x2.add(q, f64x2.mul(value, v128.load(row, 144)));
    }
    const at = out + (type << 3);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
    v128.store(at, e, 64);
    v128.store(at, f, 80);
    v128.store(at, g, 96);
    v128.store(at, h, 112);
    v128.store(at, p, 128);
    v128.store(at, q, 144);
  }
  for (; type + 8 <= typeCount; type += 8) {
    const columns = projection + (type << 3);
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let i = from; i < to; i++) {
      const value = f64x2.splat(valueAt(values, i, isDouble));
      const row = columns + indexAt(indices, i) * stride;
      a = f64x2.add(a, f64x2.mul(value, v128.load(row)));
      b = f64x2.add(b, f64x2.mul(value, v128.load(row, 16)));
      c = f64x2.add(c, f64x2.mul(value, v128.load(row, 32)));
      d = f64x2.add(d, f64x2.mul(value, v128.load(row, 48)));
    }
    const at = out + (type << 3);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
  for (; type + 2 <= typeCount; type += 2) {
    const columns = projection + (type << 3);
    let a = f64x2.splat(0);
    for (let i = from; i < to; i++) {
      const value = f64x2.splat(valueAt(values, i, isDouble));
      a = f64x2.add(a, f64x2.mul(value, v128.load(columns + indexAt(indices, i) * stride)));
    }
    v128.store(out + (type << 3), a);
  }
  if (type < typeCount) {
    const column = projection + (type << 3);
    let sum: f64 = 0;
    for (let i = from; i < to; i++) {
      sum += valueAt(values, i, isDouble) * load<f64>(column + indexAt(indices, i) * stride);
    }
    store<f64>(out + (type << 3), sum);
  }
}

/** Scatters the row into `sketchRow`, then sums the touched buckets and clears them again. */
@inline
function sketchedSquareNorm(
  from: usize,
  to: usize,
  indices: usize,
  values: usize,
  bucket: usize,
  amplitude: usize,
  sketchRow: usize,
  isDouble: bool,
): f64 {
  for (let i = from; i < to; i++) {
    const gene = indexAt(indices, i);
    const at = sketchRow + (indexAt(bucket, gene) << 3);
    store<f64>(at, load<f64>(at) + valueAt(values, i, isDouble) * load<f64>(amplitude + (gene << 3)));
  }
  let sum: f64 = 0;
  for (let i = from; i < to; i++) {
    const at = sketchRow + (indexAt(bucket, indexAt(indices, i)) << 3);
    // A bucket that two genes share is 0 when it is met again.
    const entry = load<f64>(at);
    sum += entry * entry;
    store<f64>(at, 0);
  }
  return sum;
}

@inline
function squareNorm(from: usize, to: usize, values: usize, isDouble: bool): f64 {
  let sum: f64 = 0;
  for (let i = from; i < to; i++) {
    const value = valueAt(values, i, isDouble);
    sum += value * value;
  }
  return sum;
}

@inline
function summarize(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  projection: usize,
  typeCount: usize,
  bucket: usize,
  amplitude: usize,
  sketchRow: usize,
  out: usize,
  isDouble: bool,
): void {
  for (let row: usize = 0; row < rowCount; row++) {
    const from = indexAt(indptr, row);
    const to = indexAt(indptr, row + 1);
    const at = out + ((row * (typeCount + 1)) << 3);
    projectRow(from, to, indices, values, projection, typeCount, at, isDouble);
    const norm =
      bucket === 0
        ? squareNorm(from, to, values, isDouble)
        : sketchedSquareNorm(from, to, indices, values, bucket, amplitude, sketchRow, isDouble);
    store<f64>(at + (typeCount << 3), norm);
  }
}

/** Rows of single-precision values. All arrays by their addresses; a `bucket` at 0 stands for no sketch. */
export function summarizeFloat32(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  projection: usize,
  typeCount: usize,
  bucket: usize,
  amplitude: usize,
  sketchRow: usize,
  out: usize,
): void {
  summarize(rowCount, indptr, indices, values, projection, typeCount, bucket, amplitude, sketchRow, out, false);
}

/** The same of double-precision values. */
export function summarizeFloat64(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  projection: usize,
  typeCount: usize,
  bucket: usize,
  amplitude: usize,
  sketchRow: usize,
  out: usize,
): void {
  summarize(rowCount, indptr, indices, values, projection, typeCount, bucket, amplitude, sketchRow, out, true);
}
