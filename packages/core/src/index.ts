/**
 * Chunk types, the chunk source contract and what every stage shares. No dependency, no algorithm.
 *
 * @example
 * import { collect, mapChunks, memorySource } from "@flashdeconv/core";
 *
 * const counts = memorySource({
 *   kind: "csr", spotStart: 0, spotCount: 2, width: 3,
 *   indptr: Int32Array.of(0, 1, 3), indices: Int32Array.of(0, 1, 2), values: Float32Array.of(5, 1, 2),
 * });
 * const doubled = mapChunks(counts, (chunk) => ({ ...chunk, values: chunk.values.map((value) => 2 * value) }));
 * console.log((await collect(doubled)).values); // 10, 2, 4
 */

export { collect } from "./collect.js";
export type { Chunk, CsrChunk, DenseChunk, Values } from "./csr-chunk.js";
export {
  CoordinateError,
  CountError,
  type ErrorTag,
  FlashdeconvError,
  FormatError,
  GeneMismatchError,
  isFlashdeconvError,
  MemoryPlanError,
  OptionError,
  ShapeError,
  SolverError,
  StoreError,
  WorkerError,
} from "./errors.js";
export {
  type Executor,
  inlineExecutor,
  type TaskContext,
  type TaskOptions,
  type TaskTable,
} from "./executor.js";
export { generatedSource } from "./generated-source.js";
export { mapChunks } from "./map-chunks.js";
export { memorySource } from "./memory-source.js";
export type { NameChunk } from "./name-chunk.js";
export { rechunk } from "./rechunk.js";
export type { ReferenceSignature } from "./reference-signature.js";
export type { ChunkSource, Notice, Progress, SpotRange, StreamOptions } from "./source.js";
export type { Coordinates, NeighborGraph } from "./spatial.js";
