import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import type { MemoryPlan } from "@flashdeconv/pipeline";
import type { ScratchUse } from "@flashdeconv/pipeline/internal";
import { openScratchFolder } from "@flashdeconv/pipeline/scratch";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";

/** Opens scratch for `work` where the plan says so, and removes it when it is done. */
export async function withScratch<T>(
  { keeps, scratchBytes, windowBytes }: MemoryPlan,
  folder: string | undefined,
  result: string,
  work: (scratch: ScratchUse | undefined) => Promise<T>,
): Promise<T> {
  if (keeps === "memory") return work(undefined);
  const beside = isRemote(result) ? tmpdir() : dirname(resolve(localPath(result)));
  const scratch = await openScratchFolder(folder ?? beside, { bytesNeeded: scratchBytes });
  try {
    return await work({ scratch, windowBytes });
  } finally {
    await scratch.remove();
  }
}
