import type { SignatureSummary } from "../../contracts/answers.js";
import type { SectionSummary } from "../../contracts/summary.js";

/**
 * What the answers rest on, over all types of the result; those without counts have zeros in the Gram matrix.
 *
 * @param typeNames of the result: those of the reference and the silent ones
 */
export function summarizeSignature(
  { reference, cellCounts }: Pick<SectionSummary, "reference" | "cellCounts">,
  typeNames: readonly string[],
): SignatureSummary {
  const typeCount = reference.typeNames.length;
  const gram = new Float64Array(typeNames.length ** 2);
  const places = reference.typeNames.map((name) => typeNames.indexOf(name));
  for (const [k, row] of places.entries()) {
    for (const [l, column] of places.entries()) {
      gram[row * typeNames.length + column] = reference.gram[k * typeCount + l];
    }
  }
  return { gram, ...(cellCounts && { cellCounts }) };
}
