/** How long a loop may run before others are let in. */
const LONGEST_TURN = 100;

/**
 * Lets a long loop be interrupted. What it returns is awaited between short pieces of work: most of the time it returns at
 * once, and every 100 ms it gives the event loop a turn, in which timers, messages and signals are heard. Throws the
 * signal's reason once it is aborted.
 */
export function breather(signal?: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  const breathe = async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
    signal?.throwIfAborted();
  };
  return () => {
    signal?.throwIfAborted();
    return performance.now() - last < LONGEST_TURN ? undefined : breathe();
  };
}
