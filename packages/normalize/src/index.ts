/**
 * Per-spot transforms of counts, and the check that they are counts.
 *
 * @example
 * import { collect, memorySource } from "@flashdeconv/core";
 * import { buildNormalization, normalized, resolveNormalizationOptions } from "@flashdeconv/normalize";
 *
 * const counts = memorySource({
 *   kind: "csr", spotStart: 0, spotCount: 1, width: 2,
 *   indptr: Int32Array.of(0, 2), indices: Int32Array.of(0, 1), values: Float32Array.of(1, 3),
 * });
 * const logCpm = buildNormalization(resolveNormalizationOptions());
 * console.log((await collect(normalized(counts, logCpm))).values); // 7.82..., 8.92...
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
