import { numbered } from "@flashdeconv/core/internal";

const COUNTS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number with its thousands apart: 12,345. */
export function formatCount(count: number): string {
  return COUNTS.format(count);
}

/** "1 spot", "12,345 spots". */
export function countOf(count: number, noun: string): string {
  return numbered(count, noun, formatCount(count));
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** "312 MiB", "1.9 GiB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 2 ** (10 * power);
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`;
}

/** "4 s", "3 min 20 s", "2 h 5 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "45 %". */
export function formatShare(share: number): string {
  return `${Math.floor(100 * Math.min(1, Math.max(0, share)))} %`;
}

/** A sentence begins with a capital. */
export function sentence(text: string): string {
  const told = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(told) ? told : `${told}.`;
}
