/**
 * Waits for all promises, then throws the first error in their order. Unlike Promise.all it leaves none running, so that
 * what follows (removing files, for one) meets no late write.
 */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
