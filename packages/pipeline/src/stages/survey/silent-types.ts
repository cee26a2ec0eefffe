import type { ReferenceSignature } from "@flashdeconv/core";

/** Positions of the types without any count over the signature's genes: nothing tells them from each other, or from nothing. */
export function silentTypes({ typeNames, geneNames, values }: ReferenceSignature): number[] {
  const { length } = geneNames;
  return [...typeNames.keys()].filter((k) =>
    values.subarray(k * length, (k + 1) * length).every((value) => value === 0),
  );
}

/** The signature without some of its types. */
export function withoutTypes(signature: ReferenceSignature, types: readonly number[]): ReferenceSignature {
  if (types.length === 0) return signature;
  const { typeNames, geneNames, values } = signature;
  const { length } = geneNames;
  const kept = [...typeNames.keys()].filter((k) => !types.includes(k));
  const rows = new Float64Array(kept.length * length);
  for (const [row, k] of kept.entries())
    rows.set(values.subarray(k * length, (k + 1) * length), row * length);
  return Object.freeze({ typeNames: kept.map((k) => typeNames[k]), geneNames, values: rows });
}
