/** Significant digits of what is not a whole number: about what single precision holds. */
export const DIGITS = 7;
const UNIT = 10 ** DIGITS;
/** Most bytes that a number takes. */
export const NUMBER_BYTES = 26;

const [ZERO, POINT] = [48, 46];
/** From here on zeros after the point would be more than an exponent. */
const SMALLEST_PLAIN = 1e-5;

/** Writes a number in ASCII and returns where it ends: whole ones exactly, others with 7 significant digits; nothing for NaN. */
export function putNumber(out: Uint8Array, at: number, value: number): number {
  if (value >= SMALLEST_PLAIN && value < 1) return putFraction(out, at, value);
  if (Number.isNaN(value)) return at;
  if (value >= 0 && value < 1e9 && Number.isInteger(value)) return putWhole(out, at, value);
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(DIGITS)));
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function putFraction(out: Uint8Array, start: number, value: number): number {
  let zeros = 0;
  let scale = UNIT;
  for (let limit = 0.1; value < limit && zeros < 5; limit /= 10) {
    zeros++;
    scale *= 10;
  }
  let digits = Math.round(value * scale);
  let count = DIGITS + zeros;
  if (zeros === 0 && digits >= UNIT) {
    out[start] = ZERO + 1;
    return start + 1;
  }
  while (digits % 10 === 0) {
    digits /= 10;
    count--;
  }
  out[start] = ZERO;
  out[start + 1] = POINT;
  const first = start + 2;
  for (let i = first + count - 1; i >= first; i--) {
    const rest = (digits / 10) | 0;
    out[i] = ZERO + digits - 10 * rest;
    digits = rest;
  }
  return first + count;
}

function putWhole(out: Uint8Array, at: number, value: number): number {
  let length = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) length++;
  for (let i = at + length - 1, rest = value; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = ZERO + rest - 10 * next;
    rest = next;
  }
  return at + length;
}
