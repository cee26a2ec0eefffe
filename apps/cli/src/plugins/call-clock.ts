import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { PLUGIN_CALLS, type PluginCall, type RunReach } from "@flashdeconv/pipeline/internal";

/** What the thread of a solver of others is started with. */
export interface ThreadData {
  readonly args: readonly string[];
  /** Two numbers: the call that is being made (its place in PLUGIN_CALLS, from 1; 0 for none), and since when, in milliseconds. */
  readonly clock: SharedArrayBuffer;
  readonly isTTY: boolean;
}

const clock = isMainThread
  ? undefined
  : (workerData as Partial<ThreadData> | null)?.clock && new Int32Array((workerData as ThreadData).clock);

/** Notes what the solver is asked for, where another thread looks after this one. */
export function watchCalls(call: PluginCall | undefined): void {
  if (!clock) return;
  Atomics.store(clock, 1, Date.now() | 0);
  Atomics.store(clock, 0, call === undefined ? 0 : PLUGIN_CALLS.indexOf(call) + 1);
}

/** Says how long a call may take. */
export function limitCalls(seconds: number | undefined): void {
  if (clock && seconds !== undefined)
    parentPort?.postMessage({ kind: "limit", milliseconds: 1000 * seconds });
}

/** A place that a run holds until it ends. */
export interface HeldPlace {
  readonly kind: "new store" | "edited store" | "run folder";
  readonly path: string;
  /** Of a run folder. */
  readonly reach?: Pick<RunReach, "access" | "localFolder">;
}

/** Says what the run is about to hold, for the thread that may have to end this one. */
export function tellPlace(place: HeldPlace): void {
  if (clock) parentPort?.postMessage({ kind: "place", place });
}

/** The call that a clock shows, and for how long it has been under way. */
export function readClock(shared: SharedArrayBuffer): { call: PluginCall; milliseconds: number } | undefined {
  const [index, since] = new Int32Array(shared);
  if (index === 0) return undefined;
  return { call: PLUGIN_CALLS[index - 1], milliseconds: ((Date.now() | 0) - since) | 0 };
}
