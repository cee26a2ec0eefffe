import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { addCountCheck, buildCountCheck, type CountReport, finishCountCheck } from "@flashdeconv/normalize";

/** Enough to tell counts from logged or scaled values, and read in no time. */
export const MOST_ROWS = 10_000;

/**
 * Looks at the first rows of a matrix, up to 10,000, and says whether they are counts.
 *
 * @param visit is shown them, too
 */
export async function previewCounts(
  counts: ChunkSource<CsrChunk>,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
  visit?: (chunk: CsrChunk) => void,
): Promise<CountReport> {
  const total = Math.min(MOST_ROWS, counts.spotCount);
  const check = buildCountCheck();
  for await (const chunk of counts.chunks({ spotRange: { start: 0, end: total }, signal })) {
    addCountCheck(check, chunk);
    visit?.(chunk);
    onProgress?.(chunk.spotStart + chunk.spotCount, total);
  }
  return finishCountCheck(check);
}
