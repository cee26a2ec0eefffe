import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { asStoreError, ifPresent } from "./file-errors.js";
import { cleanUpAfterKilledRuns, LOCK, sibling } from "./left-overs.js";
import { acquireLock } from "./owner-lock.js";
import { disownAll } from "./owner-tag.js";
import { finishKilledRuns, lockStore } from "./recover-store.js";
import { isRemote } from "./remote/parse-location.js";

/**
 * Cleans up where a thread of this process wrote a store when it was ended, as the next run would: what was not committed goes, what was
 * being committed is completed. From then on nothing that this process has marked as its own is held any more.
 *
 * @param isEdited whether a store that was there was being changed (`editStore`), not a new one made (`createStore`)
 */
export async function cleanUpAfterThread(path: string, isEdited: boolean): Promise<void> {
  disownAll();
  if (isRemote(path)) return;
  const target = resolve(path);
  const folder = isEdited ? target : dirname(target);
  if (!(await ifPresent(stat(folder)))?.isDirectory()) return;
  await asStoreError(path, async () => {
    const lock = await (isEdited ? lockStore(path, target) : acquireLock(sibling(target, LOCK), path));
    try {
      await (isEdited ? finishKilledRuns(path, target) : cleanUpAfterKilledRuns(target));
    } finally {
      await lock.release();
    }
  });
}
