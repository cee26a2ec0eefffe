import { nextWord, type RandomStream } from "@flashdeconv/core/internal";

/**
 * Draws from one of several fixed discrete distributions in constant time: the alias method (Walker, 1977; built in
 * linear time as Vose, 1991, does). `threshold` and `alias` are row-major, one row of `width` items per distribution.
 */
export interface AliasTables {
  readonly width: number;
  readonly threshold: Uint32Array;
  readonly alias: Int32Array;
}

/** Builds the tables of `weights`, row-major; each row is non-negative with a positive sum. */
export function buildAliasTables(weights: Float64Array, width: number): AliasTables {
  const tables = { width, threshold: new Uint32Array(weights.length), alias: new Int32Array(weights.length) };
  for (let start = 0; start < weights.length; start += width) buildRow(tables, weights, start);
  return tables;
}

/** An item of `0 .. width - 1`, from distribution `row`. */
export function nextItem(stream: RandomStream, tables: AliasTables, row: number): number {
  const { width, threshold, alias } = tables;
  const item = Math.floor((nextWord(stream) >>> 0) * (width * 2 ** -32));
  const at = row * width + item;
  return nextWord(stream) >>> 0 < threshold[at] ? item : alias[at];
}

function buildRow({ width, threshold, alias }: AliasTables, weights: Float64Array, start: number): void {
  let sum = 0;
  for (let item = 0; item < width; item++) sum += weights[start + item];
  const scaled = new Float64Array(width);
  // Items below the mean fill the stack from the left, the others from the right.
  const stack = new Int32Array(width);
  let smallCount = 0;
  let largeStart = width;
  for (let item = 0; item < width; item++) {
    scaled[item] = (weights[start + item] / sum) * width;
    if (scaled[item] < 1) stack[smallCount++] = item;
    else stack[--largeStart] = item;
  }
  while (smallCount > 0 && largeStart < width) {
    const small = stack[--smallCount];
    const large = stack[largeStart];
    threshold[start + small] = scaled[small] * 2 ** 32;
    alias[start + small] = large;
    scaled[large] -= 1 - scaled[small];
    if (scaled[large] < 1) {
      largeStart++;
      stack[smallCount++] = large;
    }
  }
  // What is left has a share of 1 but for rounding: it is its own alias.
  for (let i = 0; i < smallCount; i++) alias[start + stack[i]] = stack[i];
  for (let i = largeStart; i < width; i++) alias[start + stack[i]] = stack[i];
}
