import { onAbort } from "@flashdeconv/core/internal";

/** Runs at most so many pieces of work at a time; the others wait in the order they came. */
export interface Limiter {
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function limiter(most: number): Limiter {
  let running = 0;
  const waiting = new Set<() => void>();
  const enter = (signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      let release = () => {};
      const begin = () => {
        waiting.delete(begin);
        release();
        running++;
        resolve();
      };
      const giveUp = () => {
        waiting.delete(begin);
        reject(signal?.reason);
      };
      if (running < most) return begin();
      waiting.add(begin);
      release = onAbort(signal, giveUp);
    });
  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        running--;
        const [next] = waiting;
        next?.();
      }
    },
  };
}
