import { OptionError } from "@flashdeconv/core";

/** Bytes that stand for no amount or class: no spot lies there; a spot does, without an answer. */
export const NO_SPOT = 0;
export const NO_ANSWER = 255;
/** The largest byte of an amount, and of a class. */
const MOST = 254;

/** Where bytes go: how many there are, and to which of them each spot belongs (-1: none); each spot has its own by default. */
export interface ByteGround {
  readonly count: number;
  readonly texels?: Int32Array;
}

/** What numbers bytes stand for: byte b is `least` + (`most` - `least`) ((b - 1) / 253)^2, or without the square where `isLinear`. */
export interface AmountScale {
  readonly most: number;
  /** 0 by default. */
  readonly least?: number;
  readonly isLinear?: boolean;
}

/** The byte of a share, 0 to 1; no answer for NaN. */
export function shareByte(share: number): number {
  if (!(share > 0)) return share <= 0 ? 1 : NO_ANSWER;
  return share < 1 ? 1 + Math.round(253 * Math.sqrt(share)) : MOST;
}

/** Bytes of a number per spot, NaN where there is no answer; of those that share a byte the mean. What is out of bounds gets the nearest. */
export function paintAmounts(
  values: ArrayLike<number>,
  { count, texels }: ByteGround,
  { most, least = 0, isLinear = false }: AmountScale,
): Uint8Array {
  const range = most - least;
  const byteOf = (value: number) => {
    // All numbers may be one.
    const share = range > 0 ? (value - least) / range : value - value;
    return shareByte(isLinear ? share * Math.abs(share) : share);
  };
  const bytes = new Uint8Array(count);
  if (texels === undefined) {
    for (let spot = 0; spot < count; spot++) bytes[spot] = byteOf(values[spot]);
    return bytes;
  }
  const sums = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let spot = 0; spot < texels.length; spot++) {
    const texel = texels[spot];
    if (texel < 0) continue;
    const value = values[spot];
    if (Number.isNaN(value)) {
      bytes[texel] = NO_ANSWER;
      continue;
    }
    sums[texel] += value;
    counts[texel]++;
  }
  for (let texel = 0; texel < count; texel++) {
    if (counts[texel] > 0) bytes[texel] = byteOf(sums[texel] / counts[texel]);
  }
  return bytes;
}

/**
 * Bytes of a class per spot, -1 where there is no answer; of those that share a byte the commonest, the first of equals.
 *
 * @throws OptionError for more classes than bytes have room for
 */
export function paintClasses(codes: ArrayLike<number>, { count, texels }: ByteGround): Uint8Array {
  const bytes = new Uint8Array(count);
  let isShared = false;
  let most = -1;
  const spotCount = texels?.length ?? count;
  for (let spot = 0; spot < spotCount; spot++) {
    const texel = texels === undefined ? spot : texels[spot];
    if (texel < 0) continue;
    if (codes[spot] > most) most = codes[spot];
    const byte = codes[spot] < 0 ? NO_ANSWER : codes[spot] + 1;
    if (byte === NO_ANSWER && bytes[texel] !== NO_SPOT) continue;
    if (bytes[texel] !== NO_SPOT && bytes[texel] !== NO_ANSWER && bytes[texel] !== byte) isShared = true;
    bytes[texel] = byte;
  }
  if (most >= MOST) {
    throw new OptionError({
      option: "classes",
      value: most + 1,
      rule: `at most ${MOST} classes: what is drawn has a byte per spot`,
      remedy: "Join classes.",
    });
  }
  if (isShared && texels !== undefined) paintCommonest(codes, texels, { bytes, classCount: most + 1 });
  return bytes;
}

function paintCommonest(
  codes: ArrayLike<number>,
  texels: Int32Array,
  { bytes, classCount }: { bytes: Uint8Array; classCount: number },
): void {
  const best = new Uint32Array(bytes.length);
  const counts = new Uint32Array(bytes.length);
  for (let code = 0; code < classCount; code++) {
    counts.fill(0);
    for (let spot = 0; spot < texels.length; spot++) {
      const texel = texels[spot];
      if (texel < 0 || codes[spot] !== code || ++counts[texel] <= best[texel]) continue;
      best[texel] = counts[texel];
      bytes[texel] = code + 1;
    }
  }
}
