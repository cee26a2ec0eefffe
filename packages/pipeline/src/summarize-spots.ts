import { type Chunk, type ChunkSource, type CsrChunk, mapChunks } from "@flashdeconv/core";
import { librarySizes, type Normalization, normalized } from "@flashdeconv/normalize";
import { geneSubset } from "@flashdeconv/select-genes";
import { type SketchStatistics, sketched, summarized } from "@flashdeconv/sketch";
import type { SolverInput, SolverSession, StatArray } from "@flashdeconv/solver";
import type { DeconvolveCallbacks } from "./deconvolve-options.js";
import type { SpatialInput } from "./inputs.js";

export interface SpotRowsRequest {
  readonly input: SolverInput;
  /** Columns of the selected genes in the spatial data. */
  readonly columns: Int32Array;
  readonly normalization: Normalization;
  readonly statistics: SketchStatistics;
  readonly precision: "float64" | "float32";
}

export interface SpotSummary {
  /** N x session.statWidth. */
  readonly statistics: StatArray;
  /** N counts over the selected genes. */
  readonly librarySizes: Float64Array;
}

/** The second pass over the section: reduces every spot to the few numbers the solver keeps of it. */
export async function summarizeSpots(
  spatial: SpatialInput,
  session: SolverSession,
  request: SpotRowsRequest,
  { signal, onProgress }: DeconvolveCallbacks,
): Promise<SpotSummary> {
  const { spotCount } = spatial.counts;
  const sizes = new Float64Array(spotCount);
  const selected = mapChunks(geneSubset(spatial.counts, request.columns), (chunk) => {
    librarySizes(chunk, sizes.subarray(chunk.spotStart, chunk.spotStart + chunk.spotCount));
    return chunk;
  });
  const { statWidth } = session;
  const Storage = request.precision === "float32" ? Float32Array : Float64Array;
  const statistics = new Storage(spotCount * statWidth);
  const stream = rowsFor(selected, request).chunks({
    signal,
    onProgress: ({ spotsDone }) => onProgress?.({ stage: "statistics", done: spotsDone, total: spotCount }),
  });
  for await (const rows of stream) {
    const { spotStart } = rows;
    session.summarize(
      rows,
      statistics.subarray(spotStart * statWidth, (spotStart + rows.spotCount) * statWidth),
    );
  }
  return { statistics, librarySizes: sizes };
}

/** The rows a solver asks for by its `input`. */
function rowsFor(selected: ChunkSource<CsrChunk>, request: SpotRowsRequest): ChunkSource<Chunk> {
  const { input, normalization, statistics, precision } = request;
  if (input === "counts") return selected;
  const rows = normalized(selected, normalization, { precision });
  if (input === "normalized") return rows;
  if (input === "statistics") return summarized(rows, statistics);
  return statistics.sketch ? sketched(rows, statistics.sketch) : rows;
}
