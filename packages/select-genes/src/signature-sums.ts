import { type CsrChunk, type ReferenceSignature, ShapeError } from "@flashdeconv/core";
import { compareCodePoints, numbered } from "@flashdeconv/core/internal";

/** A running sum of raw counts per cell type; see `addCells`. */
export interface SignatureSums {
  readonly typeCount: number;
  readonly geneCount: number;
  /** typeCount x geneCount, row-major. */
  readonly sums: Float64Array;
  /** Cells taken in so far, per type. */
  readonly cellCounts: Int32Array;
  /** Cells without a type (code -1), which are left out. */
  unlabelledCount: number;
}

/** How the cells of a type become its row: `"mean"` by default, so that types of few and of many cells weigh the same. */
export type Aggregate = "mean" | "sum";

export interface FinishedSignature {
  readonly signature: ReferenceSignature;
  /** Cells of each type, in the order of `signature.typeNames`. */
  readonly cellCounts: Int32Array;
  readonly unlabelledCount: number;
}

export function buildSignatureSums(typeCount: number, geneCount: number): SignatureSums {
  return {
    typeCount,
    geneCount,
    sums: new Float64Array(typeCount * geneCount),
    cellCounts: new Int32Array(typeCount),
    unlabelledCount: 0,
  };
}

/**
 * Takes in a chunk of cells. `codes` has one item for every cell of the reference: the number of its type, or -1 for none.
 * Sums of whole counts are exact, so the order of the chunks does not matter.
 *
 * @throws ShapeError when the chunk's width, or a code, does not fit.
 */
export function addCells(fold: SignatureSums, chunk: CsrChunk, codes: Int32Array): void {
  const { sums, cellCounts, typeCount, geneCount } = fold;
  const { indptr, indices, values, spotStart, spotCount } = chunk;
  if (chunk.width !== geneCount)
    throw shapeError(`a chunk of ${numbered(chunk.width, "gene")}`, `${numbered(geneCount, "gene")}`);
  for (let row = 0; row < spotCount; row++) {
    const type = codes[spotStart + row];
    if (type === -1) {
      fold.unlabelledCount++;
      continue;
    }
    if (!(type >= 0 && type < typeCount)) {
      throw shapeError(`type code ${type} for cell ${spotStart + row}`, `a code from -1 to ${typeCount - 1}`);
    }
    cellCounts[type]++;
    const offset = type * geneCount;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) sums[offset + indices[i]] += values[i];
  }
}

/**
 * The signature (K x genes): mean or summed raw counts per type, types in ascending code-point order of their names.
 * `typeNames[code]` names the type of a code; types without any cell are left out.
 *
 * @throws ShapeError when the names do not fit the sums, or no cell has a type.
 */
export function finishSignature(
  fold: SignatureSums,
  typeNames: readonly string[],
  geneNames: readonly string[],
  aggregate: Aggregate = "mean",
): FinishedSignature {
  const { sums, cellCounts, typeCount, geneCount, unlabelledCount } = fold;
  if (typeNames.length !== typeCount || geneNames.length !== geneCount) {
    throw shapeError(
      `${numbered(typeNames.length, "type name")} and ${numbered(geneNames.length, "gene name")}`,
      `${typeCount} and ${geneCount}`,
    );
  }
  const codes = typeNames
    .map((_, code) => code)
    .filter((code) => cellCounts[code] > 0)
    .sort((a, b) => compareCodePoints(typeNames[a], typeNames[b]));
  if (codes.length === 0) throw shapeError("no cell with a type", "at least one");

  const values = new Float64Array(codes.length * geneCount);
  codes.forEach((code, row) => {
    const divisor = aggregate === "mean" ? cellCounts[code] : 1;
    for (let gene = 0; gene < geneCount; gene++) {
      values[row * geneCount + gene] = sums[code * geneCount + gene] / divisor;
    }
  });
  return Object.freeze({
    signature: Object.freeze({ typeNames: codes.map((code) => typeNames[code]), geneNames, values }),
    cellCounts: Int32Array.from(codes, (code) => cellCounts[code]),
    unlabelledCount,
  });
}

function shapeError(found: string, expected: string): ShapeError {
  const remedy = "Give the cells, labels and names of one reference, narrowed to the same genes.";
  return new ShapeError({ subject: "reference signature", found, expected, remedy });
}
