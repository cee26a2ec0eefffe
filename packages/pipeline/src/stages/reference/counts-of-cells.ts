import { OptionError, type ReferenceSignature } from "@flashdeconv/core";
import type { ReferenceInput } from "../../contracts/inputs.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import { isSignature } from "../check-inputs.js";

/** Refuses shares of cells with means of which nobody knows whether they are of cells' counts, before anything is read. */
export function requireCells(reference: ReferenceInput, { amount }: Pick<DeconvolveOptions, "amount">): void {
  if (amount !== "cells" || !isSignature(reference) || reference.cellCounts !== undefined) return;
  throw new OptionError({
    option: "amount",
    value: amount,
    rule: "rna with a table of means that does not say how many cells they are of: means scaled to one total, as many are, do not tell how much RNA a cell has",
    remedy: "Give single cells, or a table that flashdeconv signature made of them.",
  });
}

/** The same with values that are not whole, once they are known. */
export function requireWholeCells(areWhole: boolean, { amount }: Pick<DeconvolveOptions, "amount">): void {
  if (amount !== "cells" || areWhole) return;
  throw new OptionError({
    option: "amount",
    value: amount,
    rule: "rna with a reference whose values are not whole numbers: scaled or logged ones do not tell how much RNA a cell has",
    remedy: "Choose the layer of the reference that holds raw counts.",
  });
}

/** Mean counts of a cell over the genes of the signature, 0 for types that it lacks. */
export function countsOfCells(
  typeNames: readonly string[],
  { typeNames: known, geneNames, values }: ReferenceSignature,
): Float64Array {
  const width = geneNames.length;
  return Float64Array.from(typeNames, (name) => {
    const k = known.indexOf(name);
    return k < 0 ? 0 : values.subarray(k * width, (k + 1) * width).reduce((sum, mean) => sum + mean, 0);
  });
}
