import type { ReferenceSignature } from "@flashdeconv/core";

/** The signature over other genes: new gene `j` is the old column `columns[j]`, in any order. */
export function signatureSubset(signature: ReferenceSignature, columns: Int32Array): ReferenceSignature {
  const { typeNames, geneNames, values } = signature;
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
