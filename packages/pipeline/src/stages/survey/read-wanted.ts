import type { ChunkSource, CsrChunk, SpotRange, TaskContext } from "@flashdeconv/core";
import { ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import type { PassReport } from "../../contracts/tasks.js";
import { streamOptions } from "../stream-options.js";
import { countWanted, spansToRead, type WantedSpots } from "./surveyed-ranges.js";

/** The chunks of a range in which something is wanted, with what is read in any case; tells how much of what is wanted is done. */
export async function* readWanted(
  counts: ChunkSource<CsrChunk>,
  wanted: WantedSpots,
  range: SpotRange,
  context: TaskContext,
): AsyncGenerator<CsrChunk> {
  const tell = (data: PassReport) => context.report(data);
  for (const span of spansToRead(wanted, range, counts.spotsReadTogether ?? ORDERED_SUM_BLOCK)) {
    const { signal, onNotice } = streamOptions(span, context);
    for await (const chunk of counts.chunks({ spotRange: span, signal, onNotice })) {
      const end = chunk.spotStart + chunk.spotCount;
      yield chunk;
      tell({ kind: "progress", spotsDone: countWanted(wanted, { start: range.start, end }) });
    }
  }
}

/** The rows of a chunk that lie in some ranges, a view for each range. */
export function rowsWithin(chunk: CsrChunk, ranges: readonly SpotRange[]): CsrChunk[] {
  const { spotStart, spotCount, indptr } = chunk;
  const views: CsrChunk[] = [];
  for (const range of ranges) {
    const start = Math.max(range.start, spotStart);
    const end = Math.min(range.end, spotStart + spotCount);
    if (start >= end) continue;
    const rows = indptr.subarray(start - spotStart, end - spotStart + 1);
    views.push({ ...chunk, spotStart: start, spotCount: end - start, indptr: rows });
  }
  return views;
}
