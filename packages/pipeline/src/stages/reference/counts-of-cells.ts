import { OptionError, type ReferenceSignature } from "@flashdeconv/core";
import type { ReferenceInput } from "../../contracts/inputs.js";
import type { DeconvolveOptions, SolveSummaryOptions } from "../../contracts/options.js";
import { isSignature } from "../check-inputs.js";

type Asked = Pick<SolveSummaryOptions, "amount" | "cellsPerSpot"> & Pick<DeconvolveOptions, "preprocess">;

/** Refuses shares of cells with means of which nobody knows whether they are of cells' counts, before anything is read. */
export function requireCells(reference: ReferenceInput, asked: Asked): void {
  const given = wantsCells(asked);
  if (!given || !isSignature(reference) || reference.cellCounts !== undefined) return;
  throw new OptionError({
    ...given,
    rule: `${insteadOf(given)} with a table of means that does not say how many cells they are of: means scaled to one total, as many are, do not tell how much RNA a cell has`,
    remedy: "Give single cells, or a table that flashdeconv signature made of them.",
  });
}

/** The same with values that are not whole, once they are known. */
export function requireWholeCells(areWhole: boolean, asked: Asked): void {
  const given = wantsCells(asked);
  if (!given || areWhole) return;
  throw new OptionError({
    ...given,
    rule: `${insteadOf(given)} with a reference whose values are not whole numbers: scaled or logged ones do not tell how much RNA a cell has`,
    remedy: "Choose the layer of the reference that holds raw counts.",
  });
}

interface Wanted {
  readonly option: "amount" | "cellsPerSpot";
  readonly value: unknown;
}

/** The option for which shares of RNA are made shares of cells; undefined where none is given, or shares are of cells anyway. */
function wantsCells({ amount, cellsPerSpot, preprocess }: Asked): Wanted | undefined {
  if (amount === "cells") return { option: "amount", value: amount };
  if (cellsPerSpot === undefined || preprocess !== "log-cpm") return undefined;
  return {
    option: "cellsPerSpot",
    value: typeof cellsPerSpot === "number" ? cellsPerSpot : "one for each spot",
  };
}

const insteadOf = ({ option }: Wanted) => (option === "amount" ? "rna" : "nothing");

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
