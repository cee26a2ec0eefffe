import type { Notice } from "@flashdeconv/core";
import type { Checkpoint } from "../../contracts/checkpoint.js";
import type { CellReference, CellValues, PreparedReference } from "../../contracts/inputs.js";
import { isPrepared } from "../check-inputs.js";
import { packCells, unpackCells } from "./pack-cells.js";

const PIECE = "prepared-reference";

interface Facts {
  readonly typeNames: readonly string[];
  readonly values: CellValues;
  readonly notices: readonly Notice[];
}

/** A reference as it was prepared, by this run or the one that it resumes. The checkpoint gets it in any case. */
export async function keptReference(
  reference: CellReference | PreparedReference,
  checkpoint: Checkpoint | undefined,
  read: (reference: CellReference) => Promise<PreparedReference>,
): Promise<PreparedReference> {
  if (isPrepared(reference)) return keep(reference, checkpoint);
  const kept = await checkpoint?.load(PIECE);
  if (!kept) return keep(await read(reference), checkpoint);
  const { typeNames, values, notices } = kept.facts as Facts;
  const { geneNames } = reference;
  return {
    geneNames,
    signature: { typeNames, geneNames, values: kept.arrays.values as Float64Array },
    cellCounts: kept.arrays.cellCounts as Int32Array,
    values,
    ...unpackCells(kept.arrays, geneNames.length),
    notices,
  };
}

function keep(prepared: PreparedReference, checkpoint: Checkpoint | undefined): PreparedReference {
  const { signature, cellCounts, values, notices } = prepared;
  const { typeNames } = signature;
  const facts: Facts = { typeNames, values, notices };
  checkpoint?.offer(PIECE, () => ({
    facts,
    arrays: { values: signature.values as Float64Array, cellCounts, ...packCells(prepared) },
  }));
  return prepared;
}
