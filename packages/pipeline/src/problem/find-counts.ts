import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import {
  addCountCheck,
  buildCountCheck,
  type CountReport,
  describeCounts,
  finishCountCheck,
} from "@flashdeconv/normalize";

/** A matrix of a store beside the one that is read. */
export interface OtherMatrix {
  /** What the option for the layer calls it: the name of a layer, "raw" or "X". */
  readonly layer: string;
  readonly counts: ChunkSource<CsrChunk>;
}

/** Enough to tell counts from logged or scaled values, and read in no time. */
const PREVIEW_ROWS = 10_000;
/** The same where several matrices are looked at. */
const OTHER_ROWS = 500;

/** Looks at the first rows of a matrix, 10,000 by default, and says whether they are counts. */
export async function previewCounts(
  counts: ChunkSource<CsrChunk>,
  signal?: AbortSignal,
  onProgress: (done: number, total: number) => void = () => undefined,
  rows = PREVIEW_ROWS,
): Promise<CountReport> {
  const total = Math.min(rows, counts.spotCount);
  const check = buildCountCheck();
  for await (const chunk of counts.chunks({ spotRange: { start: 0, end: total }, signal })) {
    addCountCheck(check, chunk);
    onProgress(chunk.spotStart + chunk.spotCount, total);
  }
  return finishCountCheck(check);
}

/** What the first rows of each matrix are; undefined for one that cannot be read. */
export async function judgeMatrices(
  matrices: readonly OtherMatrix[],
  signal?: AbortSignal,
): Promise<
  { readonly layer: string; readonly verdict: ReturnType<typeof describeCounts> | "empty" | undefined }[]
> {
  const judged: Awaited<ReturnType<typeof judgeMatrices>> = [];
  for (const { layer, counts } of matrices) {
    const report = await previewCounts(counts, signal, undefined, OTHER_ROWS).catch((error) => {
      signal?.throwIfAborted();
      // One that is damaged is not the one to name.
      if (error instanceof Error) return undefined;
      throw error;
    });
    const verdict = report && (report.nonzeroCount === 0 ? "empty" : describeCounts(report));
    judged.push({ layer, verdict });
  }
  return judged;
}
