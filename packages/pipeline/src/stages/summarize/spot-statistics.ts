import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { SpotStatistics } from "../../contracts/summary.js";

export function isSource(statistics: SpotStatistics): statistics is ChunkSource<DenseChunk> {
  return "chunks" in statistics;
}
