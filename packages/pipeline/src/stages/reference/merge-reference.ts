import type { ReferenceSignature } from "@flashdeconv/core";
import type { CellReference, OpenReference } from "../../contracts/inputs.js";
import { isSignature, typeNamesOf } from "../check-inputs.js";
import { groupTypes } from "../keep/recombine-types.js";

/**
 * The reference with some types taken together: their cells get one label; of means the mean by their cells, where these are known, else
 * that of the types. Nothing is read.
 *
 * @param merge names of new types, each with those it takes together
 * @throws OptionError for a name that is not there, is given twice, or comes out twice
 */
export function mergeReference(
  reference: OpenReference,
  merge: Readonly<Record<string, readonly string[]>>,
): OpenReference {
  const groups = [...groupTypes(typeNamesOf(reference), [], merge)];
  return isSignature(reference) ? mergeMeans(reference, groups) : mergeCells(reference, groups);
}

type Groups = readonly (readonly [string, readonly string[]])[];

function mergeCells(reference: CellReference, groups: Groups): CellReference {
  const { codes, names } = reference.cellTypes;
  const newCodes = new Map(groups.flatMap(([, members], code) => members.map((member) => [member, code])));
  const codeOf = Int32Array.from(names, (name) => newCodes.get(name) ?? -1);
  const merged = codes.map((code) => (code < 0 ? code : codeOf[code]));
  return { ...reference, cellTypes: { codes: merged, names: groups.map(([name]) => name) } };
}

function mergeMeans(
  { typeNames, geneNames, values, cellCounts }: ReferenceSignature,
  groups: Groups,
): ReferenceSignature {
  const width = geneNames.length;
  const places = groups.map(([, members]) => members.map((member) => typeNames.indexOf(member)));
  const counts = places.map((types) => types.reduce((sum, k) => sum + (cellCounts?.[k] ?? 0), 0));
  const merged = new Float64Array(groups.length * width);
  for (const [group, types] of places.entries()) {
    for (const k of types) {
      const weight = cellCounts && counts[group] > 0 ? cellCounts[k] / counts[group] : 1 / types.length;
      for (let g = 0; g < width; g++) merged[group * width + g] += weight * values[k * width + g];
    }
  }
  return {
    typeNames: groups.map(([name]) => name),
    geneNames,
    values: merged,
    ...(cellCounts && { cellCounts: Int32Array.from(counts) }),
  };
}
