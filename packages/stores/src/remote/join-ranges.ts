import { onAbort } from "@flashdeconv/core/internal";
import type { ReadOptions } from "../store.js";

/** Bytes `start .. end` of an object. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Groups spans that lie close: in each, no gap is above `maxGap` and first start to last end at most `maxLength`, unless
 * it is a single span. Spans come sorted by start.
 */
export function groupSpans<S extends Span>(spans: readonly S[], maxGap: number, maxLength: number): S[][] {
  const groups: S[][] = [];
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const group = groups[groups.length - 1];
    const joinedEnd = Math.max(end, span.end);
    if (group && span.start - end <= maxGap && joinedEnd - group[0].start <= maxLength) {
      group.push(span);
      end = joinedEnd;
    } else {
      groups.push([span]);
      end = span.end;
    }
  }
  return groups;
}

/** Fetches a span, or less where the object ends. */
type Fetch<A> = (key: string, span: Span, signal: AbortSignal | undefined) => Promise<A>;

interface Waiter<A> extends Span {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads spans of objects; those of one object that are asked for at the same time (before the event loop comes round) and
 * lie close are fetched together. Each reader is handed bytes of its own.
 */
export function joiningReader<A extends { readonly bytes: Uint8Array }>(
  fetch: Fetch<A>,
  maxGap: number,
  maxLength: number,
) {
  const waiting = new Map<string, Waiter<A>[]>();

  const fetchGroup = async (key: string, group: readonly Waiter<A>[]) => {
    const start = group[0].start;
    const end = Math.max(...group.map((waiter) => waiter.end));
    const { signal, release } = allAborted(group.map((waiter) => waiter.signal));
    try {
      const answer = await fetch(key, { start, end }, signal);
      for (const waiter of group) {
        const cut = () => answer.bytes.slice(waiter.start - start, waiter.end - start);
        waiter.resolve(group.length === 1 ? answer : { ...answer, bytes: cut() });
      }
    } catch (error) {
      for (const waiter of group) waiter.reject(error);
    } finally {
      release();
    }
  };

  const send = () => {
    const batch = [...waiting];
    waiting.clear();
    for (const [key, waiters] of batch) {
      const wanted = waiters.filter(({ signal }) => !signal?.aborted);
      for (const group of groupSpans(wanted, maxGap, maxLength)) void fetchGroup(key, group);
    }
  };

  return (key: string, span: Span, { signal }: ReadOptions = {}): Promise<A> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      // Whoever aborts goes at once, also while others still wait for the same request.
      const settled = onAbort(signal, () => reject(signal?.reason));
      const waiter: Waiter<A> = {
        ...span,
        signal,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      if (waiting.size === 0) setTimeout(send, 0);
      const others = waiting.get(key);
      if (others) others.push(waiter);
      else waiting.set(key, [waiter]);
    });
}

/** A signal that fires once all of the given ones have; none where one of them is none. */
function allAborted(signals: readonly (AbortSignal | undefined)[]) {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length < signals.length) return { signal: undefined, release: () => undefined };
  if (given.length === 1) return { signal: given[0], release: () => undefined };
  const all = new AbortController();
  const check = () => {
    if (given.every((signal) => signal.aborted)) all.abort(given[0].reason);
  };
  const releases = given.map((signal) => onAbort(signal, check));
  const release = () => {
    for (const end of releases) end();
  };
  return { signal: all.signal, release };
}
