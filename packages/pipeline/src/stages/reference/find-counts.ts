import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import {
  addCountCheck,
  buildCountCheck,
  type CountReport,
  describeCounts,
  finishCountCheck,
} from "@flashdeconv/normalize";
import type { OtherMatrix } from "../../contracts/inputs.js";

/** What the values of a matrix are, judged by its first rows; undefined where they cannot be read. */
export interface MatrixVerdict {
  readonly layer: string;
  readonly verdict: ReturnType<typeof describeCounts> | "empty" | undefined;
}

/** Enough to tell counts from logged or scaled values, and read in no time. */
const PREVIEW_ROWS = 500;

async function preview(counts: ChunkSource<CsrChunk>, signal?: AbortSignal): Promise<CountReport> {
  const check = buildCountCheck();
  const end = Math.min(PREVIEW_ROWS, counts.spotCount);
  for await (const chunk of counts.chunks({ spotRange: { start: 0, end }, signal }))
    addCountCheck(check, chunk);
  return finishCountCheck(check);
}

/** What the first rows of each matrix are; undefined for one that cannot be read. */
export async function judgeMatrices(
  matrices: readonly OtherMatrix[],
  signal?: AbortSignal,
): Promise<MatrixVerdict[]> {
  const judged: MatrixVerdict[] = [];
  for (const { layer, counts } of matrices) {
    const report = await preview(counts, signal).catch((error) => {
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
