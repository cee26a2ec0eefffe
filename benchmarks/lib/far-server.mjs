import { Worker } from "node:worker_threads";

/**
 * A static host for a folder on the loopback that knows GET and ranges, on a thread of its own. It can answer late, and
 * fail at random: an error, too many requests, a closed connection, or half of a body.
 */
export async function farServer(folder) {
  const worker = new Worker(new URL("far-server-thread.mjs", import.meta.url), { workerData: { folder } });
  const shared = new BigInt64Array(new SharedArrayBuffer(16));
  const url = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const settings = (change) =>
    new Promise((resolve) => {
      worker.once("message", resolve);
      worker.postMessage({ latency: 0, failing: 0, seed: 0, shared, ...change });
    });
  let current = {};
  await settings(current);
  return {
    url,
    /** Takes effect for requests after it. */
    set(change) {
      current = change;
      worker.postMessage({ latency: 0, failing: 0, seed: 0, shared, ...current });
    },
    reset() {
      shared.fill(0n);
    },
    /** Since the last reset: requests that came, and bytes sent of the section's counts. */
    counts: () => ({ requests_served: Number(shared[0]), count_bytes: Number(shared[1]) }),
    close: () => worker.terminate(),
  };
}
