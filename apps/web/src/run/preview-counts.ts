import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { addCountCheck, buildCountCheck, type CountReport, finishCountCheck } from "@flashdeconv/normalize";

/** Enough to tell counts from logged or scaled values, and read in no time. */
const MOST_ROWS = 10_000;

export async function previewCounts(
  counts: ChunkSource<CsrChunk>,
  signal?: AbortSignal,
): Promise<CountReport> {
  const check = buildCountCheck();
  const spotRange = { start: 0, end: Math.min(MOST_ROWS, counts.spotCount) };
  for await (const chunk of counts.chunks({ spotRange, signal })) addCountCheck(check, chunk);
  return finishCountCheck(check);
}
