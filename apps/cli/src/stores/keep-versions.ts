import { StoreError } from "@flashdeconv/core";
import type { Checkpoint } from "@flashdeconv/pipeline";
import type { StoreAccess } from "@flashdeconv/stores";
import { redactUrl, transferLedger } from "@flashdeconv/stores/internal";

/** A note: nothing would be gained by resuming from it alone. */
const PIECE = "note/versions";

/**
 * Keeps, with the pieces of a run, which version of each object it has read behind a network, so that a run that is resumed reads no
 * other one. Returns what is to be called when pieces may have been finished.
 *
 * @throws StoreError where an object that was read already is another one than the earlier run had read
 */
export async function keepVersions(
  path: string,
  { ledger: buffer }: StoreAccess,
  checkpoint: Checkpoint | undefined,
): Promise<() => void> {
  if (!buffer || !checkpoint) return () => undefined;
  const kept = await checkpoint.load(PIECE);
  if (kept && !transferLedger(buffer).takeOver(kept.arrays.words.slice().buffer)) {
    throw new StoreError({
      path: redactUrl(path),
      found: "another version of it than the run that was stopped had read",
      expected: "a store that does not change",
      remedy: "Start over with --restart.",
    });
  }
  return () => checkpoint.offer(PIECE, () => ({ facts: null, arrays: { words: new Int32Array(buffer) } }));
}
