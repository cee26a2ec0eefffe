/**
 * Seeded CountSketch, and the few numbers per spot that the least-squares problem needs.
 *
 * @example
 * import { collect, memorySource } from "@flashdeconv/core";
 * import { buildSketch, buildStatistics, summarized } from "@flashdeconv/sketch";
 *
 * const sketch = buildSketch(Float64Array.of(0.5, 0.3, 0.2), { dimension: 2, seed: 0 });
 * const signature = Float64Array.of(1, 0, 2, 0, 3, 1); // 2 types x 3 genes, normalised
 * const statistics = buildStatistics(signature, 2, sketch);
 * const counts = memorySource({
 *   kind: "csr", spotStart: 0, spotCount: 1, width: 3,
 *   indptr: Int32Array.of(0, 2), indices: Int32Array.of(0, 2), values: Float32Array.of(1, 2),
 * });
 * const { values } = await collect(summarized(counts, statistics)); // h_1, h_2, |y S|^2
 */

export { buildSketch, type Sketch } from "./build-sketch.js";
export { buildStatistics, type SketchStatistics } from "./build-statistics.js";
export { sketchChunk, sketched } from "./sketch-chunk.js";
export { resolveSketchOptions, SKETCH_OPTIONS, type SketchOptions } from "./sketch-options.js";
export { sketchSignature } from "./sketch-signature.js";
export { buildSummarizer, type Summarizer, summarizeChunk, summarized } from "./summarize-chunk.js";
