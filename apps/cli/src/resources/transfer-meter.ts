import { countOf, formatBytes } from "@flashdeconv/results/internal";
import type { TransferCounts } from "@flashdeconv/stores/internal";

/** What reading a store behind a network has cost, under the names it has in a command's JSON. */
export interface TransferUse {
  /** Requests sent, repeated ones included. */
  readonly requests: number;
  readonly retries: number;
  readonly bytes_received: number;
  readonly bytes_from_cache: number;
}

export interface TransferReport extends TransferUse {
  readonly store: string;
  /** In the order in which they began; those that read nothing are left out. */
  readonly stages: Readonly<Record<string, TransferUse>>;
}

export interface TransferMeter {
  /** Ends the stage under way and begins this one. */
  enter(stage: string): void;
  /** Begins to count for a store. A store without counts, as on a disk, is passed over. */
  watch(name: string, store: string, counts: (() => TransferCounts) | undefined): void;
  report(): Readonly<Record<string, TransferReport>>;
}

/** Measures what stores behind networks cost, stage by stage. */
export function transferMeter(firstStage: string): TransferMeter {
  const watched = new Map<string, { store: string; counts: () => TransferCounts; entered: TransferUse }>();
  const stages = new Map<string, Map<string, TransferUse>>();
  let current = firstStage;
  const close = () => {
    for (const [name, one] of watched) {
      const now = useOf(one.counts());
      const own = stages.get(name) ?? new Map<string, TransferUse>();
      const use = combine(now, one.entered, -1);
      if (use.requests + use.bytes_from_cache > 0)
        own.set(current, combine(own.get(current) ?? NOTHING, use, 1));
      stages.set(name, own);
      one.entered = now;
    }
  };
  return {
    enter(stage) {
      if (stage === current) return;
      close();
      current = stage;
    },
    watch(name, store, counts) {
      if (counts) watched.set(name, { store, counts, entered: NOTHING });
    },
    report() {
      close();
      return Object.fromEntries(
        [...watched].map(([name, { store, entered }]) => [
          name,
          { store, ...entered, stages: Object.fromEntries(stages.get(name) ?? []) },
        ]),
      );
    },
  };
}

/** A line for each store; none where no store was behind a network. */
export function describeTransfers(report: Readonly<Record<string, TransferReport>>): string[] {
  return Object.values(report).map(({ store, requests, retries, bytes_received, bytes_from_cache }) => {
    const repeated = retries > 0 ? ` (${retries} of them repeated)` : "";
    const kept = bytes_from_cache > 0 ? `, ${formatBytes(bytes_from_cache)} from the cache` : "";
    return `read from ${store}: ${formatBytes(bytes_received)} in ${countOf(requests, "request")}${repeated}${kept}`;
  });
}

const NOTHING: TransferUse = { requests: 0, retries: 0, bytes_received: 0, bytes_from_cache: 0 };

function useOf({ requests, retries, bytesReceived, bytesFromCache }: TransferCounts): TransferUse {
  return { requests, retries, bytes_received: bytesReceived, bytes_from_cache: bytesFromCache };
}

function combine(a: TransferUse, b: TransferUse, sign: 1 | -1): TransferUse {
  return {
    requests: a.requests + sign * b.requests,
    retries: a.retries + sign * b.retries,
    bytes_received: a.bytes_received + sign * b.bytes_received,
    bytes_from_cache: a.bytes_from_cache + sign * b.bytes_from_cache,
  };
}
