import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** N x statWidth: in memory, or where they do not fit there a source, to be read as often as wanted. */
export type SpotStatistics = StatArray | ChunkSource<DenseChunk>;

export function isSource(statistics: SpotStatistics): statistics is ChunkSource<DenseChunk> {
  return "chunks" in statistics;
}
