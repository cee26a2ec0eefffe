/**
 * Per-spot transforms of counts, and the check that they are counts.
 *
 * @example
 * import { collect, memorySource } from "@flashdeconv/core";
 * import {
 *   addCountCheck,
 *   buildCountCheck,
 *   buildNormalization,
 *   describeCounts,
 *   finishCountCheck,
 *   normalized,
 *   resolveNormalizationOptions,
 * } from "@flashdeconv/normalize";
 *
 * const counts = memorySource({
 *   kind: "csr",
 *   spotStart: 0,
 *   spotCount: 2,
 *   width: 3, // genes
 *   indptr: Int32Array.of(0, 2, 3),
 *   indices: Int32Array.of(0, 2, 1),
 *   values: Float32Array.of(1, 3, 2),
 * });
 *
 * const check = buildCountCheck();
 * for await (const chunk of counts.chunks()) addCountCheck(check, chunk); // faster: buildCountChecker()
 * const report = finishCountCheck(check);
 * console.log(describeCounts(report), report.total); // counts 6
 *
 * const logCpm = buildNormalization(resolveNormalizationOptions({ targetSum: 100 }));
 * const { values } = await collect(normalized(counts, logCpm));
 * console.log(Math.expm1(values[0]).toFixed(6)); // 25.000000
 */

export {
  addCountCheck,
  buildCountCheck,
  buildCountChecker,
  type CountCheck,
  type CountFault,
  type CountFaultKind,
  type CountReport,
  finishCountCheck,
  mergeCountCheck,
} from "./count-check.js";
export { describeCounts } from "./describe-counts.js";
export { librarySizes } from "./library-sizes.js";
export { buildNormalization, type Normalization } from "./normalization.js";
export {
  NORMALIZATION_OPTIONS,
  type NormalizationOptions,
  type Preprocess,
  resolveNormalizationOptions,
} from "./normalization-options.js";
export { normalizeSignature } from "./normalize-signature.js";
export { normalized, normalizeInPlace } from "./normalized.js";
