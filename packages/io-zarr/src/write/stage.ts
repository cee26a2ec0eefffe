import type { Progress } from "@flashdeconv/core";
import type { StagedStore } from "@flashdeconv/stores";

/** Runs `work`, then commits; whatever goes wrong, the changes are discarded and the error thrown as it is. */
export async function commitAfter(store: StagedStore, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    await store.commit();
  } catch (error) {
    // The first error tells what happened; one in cleaning up would hide it.
    await store.discard().catch(() => undefined);
    throw error;
  }
}

/** Adds up the spots of several tables into one count of progress. */
export function progressOver(
  tables: readonly ({ readonly spotCount: number } | undefined)[],
  onProgress?: (progress: Progress) => void,
): (spots: number) => void {
  const spotCount = tables.reduce((sum, table) => sum + (table?.spotCount ?? 0), 0);
  let spotsDone = 0;
  return (spots) => {
    spotsDone += spots;
    onProgress?.({ spotsDone, spotCount });
  };
}
