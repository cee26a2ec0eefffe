/** Longest that reading holds the page, in milliseconds. */
const MOST_BUSY = 8;

/** Lets the page do its own work when some time has passed since it last could. */
export class Pauses {
  #since = performance.now();

  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (performance.now() - this.#since < MOST_BUSY) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#since = performance.now();
    signal?.throwIfAborted();
  }
}
