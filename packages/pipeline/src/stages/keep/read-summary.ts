import {
  type ChunkSource,
  type Coordinates,
  type DenseChunk,
  FormatError,
  type NameChunk,
  type Notice,
} from "@flashdeconv/core";
import { optionName, resolveSpotRange } from "@flashdeconv/core/internal";
import { type ArraysReader, openArrays } from "@flashdeconv/io-zarr/internal";
import type { SolverInput } from "@flashdeconv/solver";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import type { GraphInMemory } from "../../contracts/graph.js";
import type { Parameters } from "../../contracts/parameters.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { calibrationIn } from "./calibration-facts.js";
import { confusionLength, unpackConfusion } from "./confusion-arrays.js";
import { unpackArrays } from "./pack-arrays.js";
import { programmeLength, unpackProgramme } from "./programme-arrays.js";
import { scoreIn } from "./score-facts.js";
import { MARK, readFacts } from "./summary-facts.js";

/** A summary that lies in a store, with what a result written from it needs besides. */
export interface StoredSummary {
  readonly summary: SectionSummary;
  /** The names of the section's spots, in order; each call reads them again. */
  spotNames(options?: ReadOptions): AsyncIterable<NameChunk>;
  readonly coordinates: Coordinates | undefined;
}

export interface SummarySize {
  readonly spotCount: number;
  /** Kind of the statistics. */
  readonly input: SolverInput;
  /** What made the summary. */
  readonly parameters: Parameters;
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
  const { spotCount, typeNames, precision, edgeCount, hasOrder, dimension, cellCounts, countsPerCell } =
    facts;
  const { measures, amount } = facts;
  const typeCount = typeNames.length;
  const { streamStatistics = false, ...readOptions } = options;
  const { meanDegree } = facts;
  const isStreamed =
    typeof streamStatistics === "function"
      ? streamStatistics({
          spotCount,
          typeCount,
          precision,
          meanDegree,
          input: facts.input ?? "statistics",
          parameters: facts.parameters,
        })
      : streamStatistics;
  const stat = (length: number) =>
    precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  const double = (length: number) => new Float64Array(length);
  const whole = (length: number) => new Int32Array(length);
  const gram = await arrays.readNumbers("gram", typeCount * typeCount, double, readOptions);
  const packed =
    facts.confusion &&
    (await arrays.readNumbers("confusion", confusionLength(facts.confusion), double, readOptions));
  const confusion = facts.confusion && packed && unpackConfusion(facts.confusion, packed);
  const { programme: told } = facts;
  const programme =
    told &&
    unpackProgramme(
      told,
      await arrays.readNumbers("programme", programmeLength(typeCount), double, readOptions),
      await arrays.readNumbers("programme_sums", spotCount, stat, readOptions),
    );
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
    ...(countsPerCell && { countsPerCell: Float64Array.from(countsPerCell) }),
    ...(confusion && { confusion }),
    ...(programme && { programme }),
    ...(measures && { measures }),
    ...(amount && { amount }),
    ...(facts.notices && { notices: noticesIn(facts.notices) }),
    ...storedStrengths(facts.parameters),
    ...storedScore(facts.parameters),
    ...storedCalibration(unpackArrays(facts.parameters), typeCount),
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

/** Those that are what they should be. */
function noticesIn(stored: unknown): readonly Notice[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(({ code, message }) => typeof code === "string" && typeof message === "string");
}

/** The strengths that the run used, which lie among the parameters in a store. */
function storedStrengths({
  smoothing_used: smoothing,
  shrinkage_used: shrinkage,
}: Parameters): Pick<SectionSummary, "strengths"> {
  if (typeof smoothing !== "number") return {};
  return { strengths: { smoothing, shrinkage: typeof shrinkage === "number" ? shrinkage : 0 } };
}

function storedCalibration(parameters: Parameters, typeCount: number): Pick<SectionSummary, "calibration"> {
  const calibration = calibrationIn(parameters, typeCount);
  return calibration ? { calibration } : {};
}

function storedScore(parameters: Parameters): Pick<SectionSummary, "score"> {
  const score = scoreIn(parameters);
  return score ? { score } : {};
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

/** A damaged graph would have the solver read beside its arrays. */
function checkGraph({ neighbors, order }: GraphInMemory, path = "the store"): void {
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
