import type { ChunkSource, CsrChunk, DenseChunk, StreamOptions } from "@flashdeconv/core";

/** Spots with their counts and the rows of a table. */
export interface CountedRows {
  readonly counts: CsrChunk;
  /** Spots x width of the table. */
  readonly rows: Float64Array;
}

/** Reads two sources side by side, in the chunks of the counts: a chunk of either is held at a time. */
export async function* withRows(
  counts: ChunkSource<CsrChunk>,
  table: ChunkSource<DenseChunk>,
  options: Pick<StreamOptions, "signal"> = {},
): AsyncGenerator<CountedRows> {
  const { width } = table;
  const parts = table.chunks(options)[Symbol.asyncIterator]();
  let part: DenseChunk | undefined;
  let taken = 0;
  try {
    for await (const chunk of counts.chunks(options)) {
      const rows = new Float64Array(chunk.spotCount * width);
      for (let filled = 0; filled < chunk.spotCount; ) {
        if (part === undefined || taken === part.spotCount) {
          const next = await parts.next();
          if (next.done) throw new RangeError("the table ends before the counts");
          part = next.value;
          taken = 0;
        }
        const more = Math.min(part.spotCount - taken, chunk.spotCount - filled);
        rows.set(part.values.subarray(taken * width, (taken + more) * width), filled * width);
        taken += more;
        filled += more;
      }
      yield { counts: chunk, rows };
    }
  } finally {
    await parts.return?.();
  }
}
