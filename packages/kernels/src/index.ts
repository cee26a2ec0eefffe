/**
 * SIMD WebAssembly kernels. Each has a twin of the same name in TypeScript, in the stage it serves, that gives the same bits.
 *
 * @example
 * import { chooseKernel, rowStatisticsKernel } from "@flashdeconv/kernels";
 *
 * const projection = Float64Array.of(1, 0, 0, 1, 2, 2); // 3 genes x 2 types
 * const kernel = chooseKernel("auto", () => rowStatisticsKernel({ typeCount: 2, geneCount: 3, projection }));
 * const out = new Float64Array(3);
 * kernel?.summarizeRows(
 *   {
 *     kind: "csr", spotStart: 0, spotCount: 1, width: 3,
 *     indptr: Int32Array.of(0, 2), indices: Int32Array.of(0, 2), values: Float32Array.of(1, 3),
 *   },
 *   out,
 * );
 * console.log(out.join(" ")); // 7 6 10
 */

export { type CountScan, countScanKernel, type ScannedRows } from "./count-scan.js";
export { type AddRowMoments, geneMomentsKernel, type MomentColumns } from "./gene-moments.js";
export { type Inflate, inflateKernel } from "./inflate.js";
export { chooseKernel, KERNEL_CHOICES, type KernelChoice } from "./kernel-choice.js";
export { type Lz4, type Lz4Block, lz4Kernel } from "./lz4.js";
export { type CountRefiner, type RefineTables, refineCountsKernel } from "./refine-counts.js";
export {
  type CountAssessment,
  type RelativeProblem,
  type RelativeSweep,
  relativeSweepKernel,
} from "./relative-sweep.js";
export { type RowStatistics, type RowTables, rowStatisticsKernel } from "./row-statistics.js";
export {
  type ArenaArray,
  type ArenaArrayConstructor,
  createArena,
  openArena,
  type SharedArena,
} from "./shared-arena.js";
export { type SpotAssessment, type SpotSweep, type SweepProblem, spotSweepKernel } from "./spot-sweep.js";
export type { SweepTile } from "./tile-arguments.js";
