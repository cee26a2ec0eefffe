import { mixWord, type StreamKey } from "@flashdeconv/core/internal";

/** A number in [0, 1) for each point of the integer lattice, independent from point to point. */
export function latticeNoise(key: StreamKey, field: number, column: number, row: number): number {
  let hash = mixWord(key.first ^ mixWord(field + key.second));
  hash = mixWord(hash ^ Math.imul(column, 0x27d4eb2d));
  hash = mixWord(hash + Math.imul(row, 0x165667b1));
  return (hash >>> 0) * 2 ** -32;
}

/** Lattice noise interpolated smoothly to any point: a continuous field in [0, 1) whose bumps are about 1 wide. */
export function valueNoise(key: StreamKey, field: number, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const right = smoothStep(x - column);
  const down = smoothStep(y - row);
  const top = mix(latticeNoise(key, field, column, row), latticeNoise(key, field, column + 1, row), right);
  const bottom = mix(
    latticeNoise(key, field, column, row + 1),
    latticeNoise(key, field, column + 1, row + 1),
    right,
  );
  return mix(top, bottom, down);
}

/** Value noise of three octaves, each half as wide and half as high as the one before; in [0, 1). */
export function octaveNoise(key: StreamKey, field: number, x: number, y: number): number {
  const sum =
    4 * valueNoise(key, field, x, y) +
    2 * valueNoise(key, field, 2 * x + 17.3, 2 * y + 5.7) +
    valueNoise(key, field, 4 * x + 31.9, 4 * y + 43.1);
  return sum / 7;
}

/**
 * Value noise of equal height at every width from 1 down to `least`, each half as wide as the one before; spread about 0.5
 * as much as one octave is. It has no width below which it is smooth.
 */
export function roughNoise(
  key: StreamKey,
  field: number,
  { x, y }: { readonly x: number; readonly y: number },
  least: number,
): number {
  let sum = 0;
  let octaveCount = 0;
  for (let scale = 1; octaveCount === 0 || scale * least <= 1; scale *= 2) {
    const shift = 17.3 * octaveCount++;
    sum += valueNoise(key, field, scale * x + shift, scale * y + 0.7 * shift) - 0.5;
  }
  return 0.5 + sum / Math.sqrt(octaveCount);
}

function smoothStep(t: number): number {
  return t * t * (3 - 2 * t);
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
