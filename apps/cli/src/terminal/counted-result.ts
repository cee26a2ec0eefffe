import { type DenseChunk, mapChunks } from "@flashdeconv/core";
import type { Deconvolution } from "@flashdeconv/pipeline";
import { PRESENT } from "@flashdeconv/pipeline/internal";

/** A result that counts, while its intervals are read to be written, what is to be told of them. */
export interface CountedResult extends Deconvolution {
  /** In how many spots each type is present, its lower bound above PRESENT; undefined without intervals. */
  presentSpotCounts(): Promise<Int32Array | undefined>;
}

export function countedResult(result: Deconvolution): CountedResult {
  const low = result.tables.find(({ name }) => name === "low");
  if (low === undefined) return { ...result, presentSpotCounts: async () => undefined };
  const { spotCount, typeNames } = result;
  const counts = new Int32Array(typeNames.length);
  let counted = 0;
  /** Rows count once, in order; a reading that begins again before all were read is counted from its start. */
  const count = (chunk: DenseChunk): DenseChunk => {
    if (counted === spotCount) return chunk;
    if (chunk.spotStart === 0) {
      counts.fill(0);
      counted = 0;
    }
    if (chunk.spotStart !== counted) return chunk;
    const { values, width } = chunk;
    for (let start = 0; start < values.length; start += width) {
      for (let k = 0; k < width; k++) if (values[start + k] > PRESENT) counts[k]++;
    }
    counted += chunk.spotCount;
    return chunk;
  };
  const values = mapChunks(low.values, count);
  return {
    ...result,
    tables: result.tables.map((one) => (one === low ? { ...low, values } : one)),
    async presentSpotCounts() {
      // What was not written is read for this alone.
      if (counted < spotCount) for await (const _ of values.chunks());
      return counts;
    },
  };
}
