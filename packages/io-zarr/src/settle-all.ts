/**
 * Waits for all promises, then throws the first error in their order. Unlike Promise.all it leaves none running, so that
 * what follows (removing files, for one) meets no late write, and of several faults the same one is told each time.
 */
export async function settleAll<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  }) as unknown as T;
}
