import { numbered } from "./words.js";

/** What a text has in place of a number that is not defined. */
const UNDEFINED = "–";

/** A share as percent, with more digits where it is small: "45 %", "4.5 %", "0.45 %". */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return UNDEFINED;
  // What is not all is never "100 %", but for rounding of sums.
  if (share > 0.995 && share < 1 - 1e-6) return `${(Math.floor(1e4 * share) / 100).toFixed(2)} %`;
  const digits = share > 0 && share < 0.0995 ? (share < 0.00995 ? 2 : 1) : 0;
  return `${(100 * share).toFixed(digits)} %`;
}

/** A whole number with its thousands apart: "12,345". */
export function count(value: number): string {
  if (!Number.isFinite(value)) return UNDEFINED;
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 spot", "12,345 spots". */
export function counted(value: number, noun: string): string {
  return numbered(value, noun, count(value));
}

/** Three digits, or a whole number from 1,000. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return UNDEFINED;
  return Math.abs(value) >= 1000 ? count(value) : `${Number(value.toPrecision(3))}`;
}

const BYTE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** "312 MiB", "1.9 GiB". */
export function byteSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 2 ** (10 * power);
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${BYTE_UNITS[power]}`;
}
