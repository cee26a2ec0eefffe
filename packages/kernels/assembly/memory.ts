// How kernels read numbers, and what they do with pairs of them.

@inline
export function numberAt(at: usize, i: usize): f64 {
  return load<f64>(at + (i << 3));
}

@inline
export function indexAt(at: usize, i: usize): usize {
  return <usize>load<i32>(at + (i << 2));
}

/** Numbers as they are stored: in single or double precision. */
@inline
export function storedAt(at: usize, i: usize, isDouble: bool): f64 {
  return isDouble ? load<f64>(at + (i << 3)) : <f64>load<f32>(at + (i << 2));
}

@inline
export function storedPair(at: usize, i: usize, isDouble: bool): v128 {
  return isDouble
    ? v128.load(at + (i << 3))
    : f64x2.promote_low_f32x4(v128.load64_zero(at + (i << 2)));
}

@inline
export function sumOfLanes(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

@inline
export function greaterLane(pair: v128): f64 {
  return max(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
}

/** Two types, or the last one beside a 0. */
@inline
export function pairAt(at: usize, k: usize, isDouble: bool, isLast: bool): v128 {
  if (!isLast) return storedPair(at, k, isDouble);
  return isDouble
    ? v128.load64_zero(at + (k << 3))
    : f64x2.promote_low_f32x4(v128.load32_zero(at + (k << 2)));
}

/** Of four integers. */
@inline
export function sumOfInts(four: v128): i32 {
  const two = i32x4.add(four, i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

@inline
export function greatestInt(four: v128): i32 {
  const two = i32x4.max_s(four, i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return max(i32x4.extract_lane(two, 0), i32x4.extract_lane(two, 1));
}
