import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { WriteOptions } from "@flashdeconv/io-zarr";
import { type NumberStream, writeArrays } from "@flashdeconv/io-zarr/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { StagedStore } from "@flashdeconv/stores";
import type { ResultFrame } from "../../contracts/sink.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { isOnScratch } from "../neighbors/neighbors-on-scratch.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { confusionFacts, packConfusion } from "./confusion-arrays.js";
import { packArrays } from "./pack-arrays.js";
import { packProgramme } from "./programme-arrays.js";
import { type Facts, LAYOUT_VERSION, MARK } from "./summary-facts.js";

/**
 * Keeps a summary as a small Zarr store: statistics (N x (K + 1)), Gram matrix, library sizes, neighbours, order of the spots, their
 * names and coordinates. About 4 (K + 1) + 60 bytes per spot before compression.
 */
export async function writeSummary(
  target: StagedStore,
  summary: SectionSummary,
  { spotNames, coordinates }: ResultFrame,
  options?: WriteOptions,
): Promise<void> {
  const { statistics, librarySizes, graph, reference, parameters, cellCounts, countsPerCell } = summary;
  const { confusion, programme } = summary;
  const neighbors = isOnScratch(graph.neighbors) ? await graph.neighbors.read() : graph.neighbors;
  const facts: Facts = {
    version: LAYOUT_VERSION,
    spotCount: summary.spotCount,
    typeNames: reference.typeNames,
    silentTypes: summary.silentTypes,
    precision: precisionOf(summary),
    edgeCount: neighbors.indices.length,
    hasOrder: graph.order !== undefined,
    dimension: coordinates?.dimension ?? 0,
    meanDegree: summary.meanDegree,
    input: summary.input,
    meanDepth: summary.meanDepth,
    composition: summary.composition && [...summary.composition],
    solverOptions: summary.solverOptions,
    parameters: packArrays({ ...parameters, cell_counts: null }),
    cellCounts: cellCounts ? [...cellCounts] : null,
    countsPerCell: countsPerCell && [...countsPerCell],
    measures: summary.measures,
    amount: summary.amount,
    notices: summary.notices,
    programme: programme && { genes: programme.genes, overdispersion: programme.overdispersion },
    confusion: confusion && confusionFacts(confusion),
  };
  await writeArrays(
    target,
    {
      attributes: { [MARK]: facts },
      numbers: {
        statistics: isSource(statistics) ? streamOf(statistics, librarySizes) : statistics,
        gram: reference.gram,
        library_sizes: librarySizes,
        neighbors_indptr: neighbors.indptr,
        neighbors_indices: neighbors.indices,
        ...(programme && { programme: packProgramme(programme), programme_sums: programme.sums }),
        ...(confusion && { confusion: packConfusion(confusion) }),
        ...(graph.order && { spatial_order: graph.order }),
        ...(coordinates && { coordinates: coordinates.values }),
      },
      strings: { spot_names: spotNames },
    },
    options,
  );
}

/** The statistics piece by piece; they are of the type of the library sizes. */
function streamOf(source: ChunkSource<DenseChunk>, librarySizes: StatArray): NumberStream {
  return {
    length: source.spotCount * source.width,
    dataType: librarySizes instanceof Float32Array ? "float32" : "float64",
    async *pieces() {
      for await (const { values } of source.chunks()) yield values;
    },
  };
}
