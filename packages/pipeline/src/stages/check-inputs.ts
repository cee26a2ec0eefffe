import { type Coordinates, type ReferenceSignature, ShapeError } from "@flashdeconv/core";
import type { PreparedReference, ReferenceInput, SpatialInput } from "../contracts/inputs.js";

export function isSignature(reference: ReferenceInput): reference is ReferenceSignature {
  return "typeNames" in reference;
}

export function isPrepared(reference: ReferenceInput): reference is PreparedReference {
  return "cellCounts" in reference && !isSignature(reference);
}

/** The types of which the reference has cells, or means. */
export function typeNamesOf(reference: ReferenceInput): readonly string[] {
  if (isSignature(reference)) return reference.typeNames;
  if (isPrepared(reference)) return reference.signature.typeNames;
  const { codes, names } = reference.cellTypes;
  const used = new Set(codes);
  return names.filter((_, k) => used.has(k));
}

export function checkInputs(spatial: SpatialInput, reference: ReferenceInput): void {
  requireRows("spatial data", "spot", spatial.counts.spotCount);
  requireSame("spatial data", [spatial.geneNames.length, "gene names"], [spatial.counts.width, "columns"]);
  checkCellsPerSpot(spatial);
  if (isSignature(reference)) {
    requireRows("reference signature", "cell type", reference.typeNames.length);
    const expected = reference.typeNames.length * reference.geneNames.length;
    requireSame("reference signature", [reference.values.length, "values"], [expected, "types x genes"]);
    const { typeNames, cellCounts } = reference;
    if (cellCounts) {
      requireSame("reference signature", [cellCounts.length, "cell counts"], [typeNames.length, "types"]);
    }
    return;
  }
  if (isPrepared(reference)) return;
  requireRows("reference", "cell", reference.counts.spotCount);
  requireSame("reference", [reference.geneNames.length, "gene names"], [reference.counts.width, "columns"]);
  requireSame(
    "reference",
    [reference.cellTypes.codes.length, "cell-type codes"],
    [reference.counts.spotCount, "cells"],
  );
}

function checkCellsPerSpot({ cellsPerSpot, counts }: SpatialInput): void {
  if (cellsPerSpot === undefined) return;
  requireSame("cells per spot", [cellsPerSpot.length, "numbers"], [counts.spotCount, "spots"]);
  const bad = cellsPerSpot.findIndex((count) => !(count >= 0 && count < Number.POSITIVE_INFINITY));
  if (bad < 0) return;
  throw new ShapeError({
    subject: "cells per spot",
    found: `${cellsPerSpot[bad]} for spot number ${bad}`,
    expected: "a number of at least 0 for every spot",
    remedy: "Fill in what is missing: a spot without any has 0.",
  });
}

export function checkCoordinates({ dimension, values }: Coordinates, spotCount: number): void {
  requireSame("coordinates", [values.length / dimension, "spots"], [spotCount, "spots of the counts"]);
}

function requireRows(subject: string, row: string, count: number): void {
  if (count > 0) return;
  throw new ShapeError({
    subject,
    found: `no ${row}`,
    expected: `at least one ${row}`,
    remedy: "Check that this is the right file and that filtering has left something in it.",
  });
}

type Amount = readonly [count: number, what: string];

function requireSame(subject: string, [found, what]: Amount, [expected, ofWhat]: Amount): void {
  if (found === expected) return;
  throw new ShapeError({
    subject,
    found: `${found} ${what}`,
    expected: `${expected}, one for each of the ${ofWhat}`,
    remedy: "The two do not belong together: read both from the same store.",
  });
}
