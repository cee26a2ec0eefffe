import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import { resolveSpotRange } from "@flashdeconv/core/internal";

/** Fills `out` with rows `start .. end`, row-major. Called with ascending rows within a pass. */
export type RowReader = (start: number, end: number, out: Float32Array | Float64Array) => Promise<void>;

export interface DenseShape {
  readonly spotCount: number;
  readonly width: number;
  readonly rowsPerChunk: number;
  /** Float64 otherwise. */
  readonly isFloat32: boolean;
}

/**
 * A dense source over whatever reads rows. Chunks end at multiples of `rowsPerChunk`; `openReader` is called once a pass.
 */
export function denseSource(
  { spotCount, width, rowsPerChunk, isFloat32 }: DenseShape,
  openReader: (signal?: AbortSignal) => RowReader,
): ChunkSource<DenseChunk> {
  return {
    spotCount,
    width,
    async *chunks({ spotRange, signal, onProgress } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      signal?.throwIfAborted();
      const read = openReader(signal);
      for (let row = start; row < end; ) {
        const stop = Math.min(end, (Math.floor(row / rowsPerChunk) + 1) * rowsPerChunk);
        const length = (stop - row) * width;
        const values = isFloat32 ? new Float32Array(length) : new Float64Array(length);
        await read(row, stop, values);
        signal?.throwIfAborted();
        yield { kind: "dense", spotStart: row, spotCount: stop - row, width, values };
        row = stop;
        onProgress?.({ spotsDone: row - start, spotCount: end - start });
      }
    },
  };
}
