import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { settleAll } from "../settle-all.js";
import type { Hierarchy } from "./hierarchy.js";
import { join } from "./hierarchy.js";
import { openVector } from "./open-vector.js";
import type { MissingChunk, ZarrArray } from "./zarr-array.js";

/** The arrays of a CSR or CSC matrix, with lengths that agree. */
export interface SparseMatrix {
  readonly path: string;
  readonly shape: readonly [number, number];
  readonly data: ZarrArray;
  readonly indices: ZarrArray;
  readonly indptr: ZarrArray;
  /** Length of `data` and of `indices`. */
  readonly itemCount: number;
}

/** Opens the arrays below `path` and checks their lengths against the shape; reads no chunk. */
export async function openSparseMatrix(
  hierarchy: Hierarchy,
  path: string,
  shape: readonly [number, number],
  encoding: "csr" | "csc",
): Promise<SparseMatrix> {
  const [data, indices, indptr] = await settleAll([
    openVector(hierarchy, join(path, "data"), ["integer", "float", "boolean"]),
    openVector(hierarchy, join(path, "indices"), ["integer"]),
    openVector(hierarchy, join(path, "indptr"), ["integer"]),
  ]);
  const itemCount = data.metadata.shape[0];
  if (indices.metadata.shape[0] !== itemCount) {
    throw disagreement(
      path,
      `${numbered(indices.metadata.shape[0], "index")} for ${numbered(itemCount, "value")}`,
      "as many",
    );
  }
  const majorCount = shape[encoding === "csr" ? 0 : 1];
  if (indptr.metadata.shape[0] !== majorCount + 1) {
    const lines = encoding === "csr" ? "rows" : "columns";
    throw disagreement(
      path,
      `an indptr of ${numbered(indptr.metadata.shape[0], "item")} for the shape ${shape.join(" x ")}`,
      `${numbered(majorCount + 1, "item")}, one more than ${lines}`,
    );
  }
  return { path, shape, data, indices, indptr, itemCount };
}

/** Room for counts: Float64 where the store has float64, else Float32, whatever the values are. */
export function countArray(data: ZarrArray, length: number): Float32Array | Float64Array {
  return data.metadata.dataType.name === "float64" ? new Float64Array(length) : new Float32Array(length);
}

/** A lost chunk of `indices` cannot be told from zeros, unless it is one index. */
export function missingIndices(matrix: SparseMatrix): MissingChunk {
  return matrix.indices.metadata.chunkShape[0] === 1 ? "fill" : "refuse";
}

function disagreement(path: string, found: string, expected: string): FormatError {
  return new FormatError({
    path,
    found,
    expected,
    remedy: "The sparse matrix is damaged or incomplete: write the store again.",
  });
}
