import type { ReferenceSignature } from "@flashdeconv/core";
import { checkColumns } from "./check-columns.js";

/**
 * The signature over other genes: new gene `j` is the old column `columns[j]`, in any order.
 *
 * @throws ShapeError when a column is out of range or named twice.
 */
export function signatureSubset(signature: ReferenceSignature, columns: Int32Array): ReferenceSignature {
  const { typeNames, geneNames, values } = signature;
  checkColumns(columns, geneNames.length);
  const subset = new Float64Array(typeNames.length * columns.length);
  for (let type = 0, next = 0; type < typeNames.length; type++) {
    for (const column of columns) subset[next++] = values[type * geneNames.length + column];
  }
  return Object.freeze({
    typeNames,
    geneNames: Array.from(columns, (column) => geneNames[column]),
    values: subset,
  });
}
