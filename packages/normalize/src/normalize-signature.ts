import type { ReferenceSignature } from "@flashdeconv/core";
import { buildCountLogs } from "@flashdeconv/core/internal";
import { logCpmRow } from "./log-cpm.js";
import type { Normalization } from "./normalization.js";
import { pearsonScale } from "./pearson.js";

/**
 * The signature's values (K x genes, row-major) on the scale of the normalised spots, as a new array.
 *
 * log-cpm uses each type's own row sum as its library size; pearson uses the signature's own mean over types, not the
 * scale of the spots. `signature` must hold the selected genes only.
 */
export function normalizeSignature(
  signature: ReferenceSignature,
  normalization: Normalization,
): Float64Array {
  const values = signature.values.slice();
  const geneCount = signature.geneNames.length;
  if (normalization.kind === "log-cpm") {
    const { targetSum, logBase } = normalization;
    const scale = { targetSum, logBase, logs: buildCountLogs() };
    for (let start = 0; start < values.length; start += geneCount) {
      logCpmRow(values, start, start + geneCount, scale);
    }
  } else if (normalization.kind === "pearson") {
    const scale = pearsonScale(meanOverTypes(signature));
    for (let i = 0; i < values.length; i++) values[i] *= scale[i % geneCount];
  }
  return values;
}

function meanOverTypes({ values, typeNames, geneNames }: ReferenceSignature): Float64Array {
  const means = new Float64Array(geneNames.length);
  for (let i = 0; i < values.length; i++) means[i % means.length] += values[i];
  return means.map((sum) => sum / typeNames.length);
}
