/** Lets so many tasks run at a time; others wait for their turn, or until they are given up. */
export function taskGate(most: number) {
  let running = 0;
  const waiting = new Set<() => void>();
  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const begin = () => {
        waiting.delete(begin);
        signal.removeEventListener("abort", leave);
        running++;
        resolve();
      };
      const leave = () => {
        waiting.delete(begin);
        reject(signal.reason);
      };
      if (signal.aborted) leave();
      else if (running < most) begin();
      else {
        waiting.add(begin);
        signal.addEventListener("abort", leave, { once: true });
      }
    });
  return async (signal: AbortSignal, task: () => Promise<void>): Promise<void> => {
    await turn(signal);
    try {
      await task();
    } finally {
      running--;
      const [next] = waiting;
      next?.();
    }
  };
}
