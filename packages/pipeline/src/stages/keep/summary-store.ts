import {
  type ChunkSource,
  type Coordinates,
  type DenseChunk,
  FormatError,
  type NameChunk,
} from "@flashdeconv/core";
import { optionName, resolveSpotRange } from "@flashdeconv/core/internal";
import type { WriteOptions } from "@flashdeconv/io-zarr";
import { type ArraysReader, type NumberStream, openArrays, writeArrays } from "@flashdeconv/io-zarr/internal";
import type { SolverInput, StatArray } from "@flashdeconv/solver";
import type { ReadableStore, ReadOptions, StagedStore } from "@flashdeconv/stores";
import type { SpatialGraph } from "../../contracts/graph.js";
import type { Parameters } from "../../contracts/parameters.js";
import type { ResultFrame } from "../../contracts/sink.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { packArrays, unpackArrays } from "./pack-arrays.js";

/** A summary that lies in a store, with what a result written from it needs besides. */
export interface StoredSummary {
  readonly summary: SectionSummary;
  /** The names of the section's spots, in order; each call reads them again. */
  spotNames(options?: ReadOptions): AsyncIterable<NameChunk>;
  readonly coordinates: Coordinates | undefined;
}

/** Goes up when a store of today can no longer be read as it is meant. */
const LAYOUT_VERSION = 1;
/** Of a store that holds summaries of several sections below it. */
export const SECTIONS_VERSION = 2;
export const MARK = "flashdeconv_statistics";

/** Facts of a stored summary that are not arrays. */
interface Facts {
  readonly version: number;
  readonly spotCount: number;
  readonly typeNames: readonly string[];
  /** Left out by stores from before types without counts took no part in the fit. */
  readonly silentTypes?: readonly string[];
  readonly precision: "float64" | "float32";
  readonly edgeCount: number;
  readonly hasOrder: boolean;
  readonly dimension: 0 | 2 | 3;
  readonly meanDegree: number;
  /** Left out by stores from before there were others than "statistics". */
  readonly input?: SolverInput;
  readonly meanDepth?: number;
  readonly composition?: readonly number[];
  readonly solverOptions: object;
  readonly parameters: Parameters;
  readonly cellCounts: readonly number[] | null;
}

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
  const { statistics, librarySizes, graph, reference, parameters, cellCounts } = summary;
  const facts: Facts = {
    version: LAYOUT_VERSION,
    spotCount: summary.spotCount,
    typeNames: reference.typeNames,
    silentTypes: summary.silentTypes,
    precision: precisionOf(summary),
    edgeCount: graph.neighbors.indices.length,
    hasOrder: graph.order !== undefined,
    dimension: coordinates?.dimension ?? 0,
    meanDegree: summary.meanDegree,
    input: summary.input,
    meanDepth: summary.meanDepth,
    composition: summary.composition && [...summary.composition],
    solverOptions: summary.solverOptions,
    parameters: packArrays({ ...parameters, cell_counts: null }),
    cellCounts: cellCounts ? [...cellCounts] : null,
  };
  await writeArrays(
    target,
    {
      attributes: { [MARK]: facts },
      numbers: {
        statistics: isSource(statistics) ? streamOf(statistics, librarySizes) : statistics,
        gram: reference.gram,
        library_sizes: librarySizes,
        neighbors_indptr: graph.neighbors.indptr,
        neighbors_indices: graph.neighbors.indices,
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

export interface SummarySize {
  readonly spotCount: number;
  /** Kind of the statistics. */
  readonly input: SolverInput;
  readonly typeCount: number;
  readonly precision: "float64" | "float32";
  /** Mean number of neighbours. */
  readonly meanDegree: number;
}

export interface ReadSummaryOptions extends ReadOptions {
  /**
   * Whether to leave the statistics in the store, to be read when they are needed; the store then has to stay open. False
   * by default; a function is asked once it is known how much they are.
   */
  readonly streamStatistics?: boolean | ((size: SummarySize) => boolean);
}

/** Spots whose statistics are read at once. */
const SPOTS_PER_CHUNK = 8192;

/**
 * Reads a summary that `writeSummary` kept.
 *
 * @throws FormatError where the store holds no such summary, one of another version, or is damaged.
 */
export async function readSummary(
  store: ReadableStore,
  options: ReadSummaryOptions = {},
): Promise<StoredSummary> {
  const arrays = await openArrays(store, { signal: options.signal });
  const facts = readFacts(arrays.attributes[MARK], store.name);
  const { spotCount, typeNames, precision, edgeCount, hasOrder, dimension, cellCounts } = facts;
  const typeCount = typeNames.length;
  const { streamStatistics = false, ...readOptions } = options;
  const { meanDegree } = facts;
  const isStreamed =
    typeof streamStatistics === "function"
      ? streamStatistics({ spotCount, typeCount, precision, meanDegree, input: facts.input ?? "statistics" })
      : streamStatistics;
  const stat = (length: number) =>
    precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  const double = (length: number) => new Float64Array(length);
  const whole = (length: number) => new Int32Array(length);
  const gram = await arrays.readNumbers("gram", typeCount * typeCount, double, readOptions);
  const graph = {
    neighbors: {
      spotCount,
      indptr: await arrays.readNumbers("neighbors_indptr", spotCount + 1, whole, readOptions),
      indices: await arrays.readNumbers("neighbors_indices", edgeCount, whole, readOptions),
    },
    order: hasOrder ? await arrays.readNumbers("spatial_order", spotCount, whole, readOptions) : undefined,
  };
  checkGraph(graph, store.name);
  const summary: SectionSummary = {
    spotCount,
    input: facts.input ?? "statistics",
    ...(facts.meanDepth !== undefined && { meanDepth: facts.meanDepth }),
    ...(facts.composition !== undefined && { composition: Float64Array.from(facts.composition) }),
    reference: { typeNames, width: typeCount, values: gram, gram },
    silentTypes: facts.silentTypes ?? [],
    statistics: isStreamed
      ? statisticsSource(arrays, spotCount, typeCount + 1, stat)
      : await arrays.readNumbers("statistics", spotCount * (typeCount + 1), stat, readOptions),
    librarySizes: await arrays.readNumbers("library_sizes", spotCount, stat, readOptions),
    graph,
    meanDegree: facts.meanDegree,
    ...(cellCounts && { cellCounts: Int32Array.from(cellCounts) }),
    ...storedStrengths(facts.parameters),
    solverOptions: facts.solverOptions,
    parameters: { ...unpackArrays(facts.parameters), cell_counts: cellCounts && Int32Array.from(cellCounts) },
  };
  const values =
    dimension && (await arrays.readNumbers("coordinates", spotCount * dimension, double, readOptions));
  return {
    summary,
    coordinates: dimension && values ? { dimension, values } : undefined,
    spotNames: (nameOptions) => arrays.strings("spot_names", spotCount, nameOptions),
  };
}

/** The strengths that the run used, which lie among the parameters in a store. */
function storedStrengths({
  smoothing_used: smoothing,
  shrinkage_used: shrinkage,
}: Parameters): Pick<SectionSummary, "strengths"> {
  if (typeof smoothing !== "number") return {};
  return { strengths: { smoothing, shrinkage: typeof shrinkage === "number" ? shrinkage : 0 } };
}

/** The parameters of a summary that `writeSummary` kept, and nothing else of it. Throws FormatError as `readSummary` does. */
export async function readSummaryParameters(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<Parameters> {
  const { attributes } = await openArrays(store, { signal });
  const found = attributes[MARK] as Partial<Facts> | undefined;
  const isOfSections = found?.version === SECTIONS_VERSION && found.parameters !== undefined;
  return unpackArrays((isOfSections ? (found as Facts) : readFacts(found, store.name)).parameters);
}

function statisticsSource(
  arrays: ArraysReader,
  spotCount: number,
  width: number,
  make: (length: number) => Float32Array | Float64Array,
): ChunkSource<DenseChunk> {
  return {
    spotCount,
    width,
    async *chunks({ spotRange, signal, onProgress } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      const pieces = { start: start * width, end: end * width, pieceLength: SPOTS_PER_CHUNK * width, signal };
      let spotStart = start;
      for await (const values of arrays.numbers("statistics", spotCount * width, make, pieces)) {
        const count = values.length / width;
        yield { kind: "dense", spotStart, spotCount: count, width, values };
        spotStart += count;
        onProgress?.({ spotsDone: spotStart - start, spotCount: end - start });
      }
    },
  };
}

function readFacts(found: unknown, path = "the store"): Facts {
  const facts = found as Partial<Facts> | undefined;
  if (typeof facts !== "object" || facts === null || facts.version !== LAYOUT_VERSION) {
    throw new FormatError({
      path,
      found:
        facts?.version === undefined
          ? "no statistics of flashdeconv"
          : `statistics of version ${facts.version}`,
      expected: `statistics of version ${LAYOUT_VERSION}`,
      remedy: `Give the store that a run with ${optionName("saveStats")} wrote, or make it again.`,
    });
  }
  return facts as Facts;
}

/** A damaged graph would have the solver read beside its arrays. */
function checkGraph({ neighbors, order }: SpatialGraph, path = "the store"): void {
  const { indptr, indices, spotCount } = neighbors;
  let isSound = indptr[0] === 0 && indptr[spotCount] === indices.length;
  for (let spot = 0; spot < spotCount; spot++) if (indptr[spot] > indptr[spot + 1]) isSound = false;
  for (let i = 0; i < indices.length; i++) if (indices[i] < 0 || indices[i] >= spotCount) isSound = false;
  if (order) {
    const isThere = new Uint8Array(spotCount);
    for (const spot of order) isThere[spot] = 1;
    if (isThere.includes(0)) isSound = false;
  }
  if (isSound) return;
  throw new FormatError({
    path,
    found: "neighbours or an order with spots that do not exist",
    expected: `spots 0 to ${spotCount - 1}`,
    remedy: `The store is damaged: make it again by a run with ${optionName("saveStats")}.`,
  });
}
