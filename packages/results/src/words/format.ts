import { numbered } from "@flashdeconv/core/internal";

export { byteSize as formatBytes } from "@flashdeconv/core/internal";

/** A number with its thousands apart: 12,345. */
export function formatCount(count: number): string {
  return COUNT_FORMAT.format(count);
}

// Made once: to look it up for each number takes longer than to write it.
const COUNT_FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

/** A count with the word it counts: "1 spot", "2 spots". */
export function countOf(count: number, word: string): string {
  return numbered(count, word, formatCount(count));
}

export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Four decimals; "-" for what is not defined. */
export function formatScore(score: number): string {
  return Number.isNaN(score) ? "-" : score.toFixed(4);
}

/** "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
