import type { ResolvedRemoteOptions } from "./remote-options.js";

/**
 * Milliseconds to wait before attempt `attempt + 1`: exponential backoff with full jitter, which spreads the requests of
 * many clients best (any time from 0 to the doubled limit), or what the server asked for where that is longer.
 */
export function retryDelay(
  attempt: number,
  retryAfter: number | undefined,
  random: () => number,
  { firstDelay, maxDelay }: ResolvedRemoteOptions,
): number {
  const most = Math.min(maxDelay, firstDelay * 2 ** (attempt - 1));
  return Math.max(random() * most, retryAfter ?? 0);
}

/** A Retry-After header in milliseconds from `now`: seconds or a date. Undefined for none and for what is neither. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return 1000 * Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
