import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { SectionSummary, SpotStatistics } from "../../contracts/summary.js";

export function isSource(statistics: SpotStatistics): statistics is ChunkSource<DenseChunk> {
  return "chunks" in statistics;
}

/** The precision that a summary is kept in. */
export function precisionOf({ librarySizes }: Pick<SectionSummary, "librarySizes">): "float64" | "float32" {
  return librarySizes instanceof Float32Array ? "float32" : "float64";
}
