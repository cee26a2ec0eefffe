import type { ChunkSource, CsrChunk, SpotRange } from "@flashdeconv/core";
import { resolveSpotRange } from "@flashdeconv/core/internal";
import type { SectionRows } from "../../contracts/tasks.js";

/** Rows between two runs that are read with them, and dropped: about a stored chunk, which would be decoded in any case. */
const NEAR_ROWS = 8192;
/** Runs are read in fewer passes than this and one, wherever they lie: each pass opens the matrix again. */
const MOST_GAPS = 16;

/**
 * A section as a source of its own: some rows of another source, numbered from 0. Runs that lie near each other are read in one
 * pass; a run that lies alone costs no more than it holds.
 */
export function selectRows(source: ChunkSource<CsrChunk>, rows: SectionRows): ChunkSource<CsrChunk> {
  const firsts = firstsOf(rows);
  const spotCount = firsts[rows.starts.length];
  return {
    spotCount,
    width: source.width,
    ...(source.spotsReadTogether !== undefined && {
      spotsReadTogether: Math.ceil((source.spotsReadTogether * spotCount) / extentOf(rows)),
    }),
    async *chunks({ spotRange, signal, onProgress, onNotice } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      signal?.throwIfAborted();
      let next = start;
      let run = runOf(firsts, start);
      for (const span of spansOf(rows, firsts, { start, end })) {
        for await (const chunk of source.chunks({ spotRange: span, signal, onNotice })) {
          while (rows.ends[run] <= chunk.spotStart) run++;
          const kept = keepRows(chunk, rows, { run, spotStart: next });
          if (kept.spotCount === 0) continue;
          yield kept;
          next += kept.spotCount;
          onProgress?.({ spotsDone: next - start, spotCount: end - start });
        }
      }
    },
  };
}

/** Rows of the store from the first of the section to the last. */
function extentOf({ starts, ends }: SectionRows): number {
  return Math.max(1, (ends.at(-1) ?? 0) - (starts[0] ?? 0));
}

/** The row of the store that is row `spot` of the section. */
export function storeRow({ starts }: SectionRows, firsts: Int32Array, spot: number): number {
  const run = runOf(firsts, spot);
  return starts[run] + spot - firsts[run];
}

/** The section's number of the first row of each run, and its number of rows. */
export function firstsOf({ starts, ends }: SectionRows): Int32Array {
  const firsts = new Int32Array(starts.length + 1);
  for (let run = 0; run < starts.length; run++) firsts[run + 1] = firsts[run] + ends[run] - starts[run];
  return firsts;
}

/** The run that holds row `spot` of the section. */
function runOf(firsts: Int32Array, spot: number): number {
  let low = 0;
  let high = firsts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (firsts[middle] <= spot) low = middle;
    else high = middle;
  }
  return low;
}

/** The parts of the store to read for rows `start` to `end - 1` of the section. */
function spansOf({ starts, ends }: SectionRows, firsts: Int32Array, { start, end }: SpotRange): SpotRange[] {
  if (start === end) return [];
  const [firstRun, lastRun] = [runOf(firsts, start), runOf(firsts, end - 1)];
  const from = starts[firstRun] + start - firsts[firstRun];
  const to = starts[lastRun] + end - firsts[lastRun];
  const near = Math.max(NEAR_ROWS, (to - from) / MOST_GAPS);
  const spans: SpotRange[] = [];
  let spanStart = from;
  for (let run = firstRun; run < lastRun; run++) {
    if (starts[run + 1] - ends[run] <= near) continue;
    spans.push({ start: spanStart, end: ends[run] });
    spanStart = starts[run + 1];
  }
  spans.push({ start: spanStart, end: to });
  return spans;
}

/** The section's rows of a chunk, moved together in the chunk's own memory; `run` ends behind the chunk's first row. */
function keepRows(
  chunk: CsrChunk,
  { starts, ends }: SectionRows,
  { run, spotStart }: { readonly run: number; readonly spotStart: number },
): CsrChunk {
  const { spotStart: first, spotCount, indptr, indices, values } = chunk;
  if (starts[run] <= first && first + spotCount <= ends[run]) return { ...chunk, spotStart };
  let row = 0;
  let at = 0;
  for (let i = run; i < starts.length && starts[i] < first + spotCount; i++) {
    const from = Math.max(starts[i] - first, 0);
    const to = Math.min(ends[i] - first, spotCount);
    const [entry, entriesEnd] = [indptr[from], indptr[to]];
    indices.copyWithin(at, entry, entriesEnd);
    values.copyWithin(at, entry, entriesEnd);
    for (let old = from; old < to; old++) indptr[++row] = indptr[old + 1] - entry + at;
    at += entriesEnd - entry;
  }
  return {
    ...chunk,
    spotStart,
    spotCount: row,
    indptr: indptr.subarray(0, row + 1),
    indices: indices.subarray(0, at),
    values: values.subarray(0, at),
  };
}
