import type { SpatialDataset } from "@flashdeconv/io-zarr";
import { OPEN_DEFAULTS } from "@flashdeconv/io-zarr/internal";
import type { ReferenceFacts } from "./memory-facts.js";

/** What of a reference of single cells decides about memory. */
export function referenceFacts(matrix: MatrixInfo, heldBytes = 0): ReferenceFacts {
  const { chunkBytes, chunkCount, transposeBytes } = sizesOf(matrix);
  return { chunkBytes, chunkCount, transposeBytes, readAheadBytes: matrix.readAheadBytes, heldBytes };
}

type MatrixInfo = SpatialDataset["matrix"];

interface MatrixSizes {
  /** Values that are stored. */
  readonly stored: number;
  /** Bytes of a chunk when decoded, values and indices. */
  readonly chunkBytes: number;
  readonly chunkCount: number;
  /** Bytes that turning a matrix by gene into rows takes; else 0. */
  readonly transposeBytes: number;
}

/** What reading a matrix takes. */
export function sizesOf({ chunkShape, dataType, encoding, nonZeroCount, shape }: MatrixInfo): MatrixSizes {
  const items = chunkShape.reduce((product, length) => product * length, 1);
  const valueBytes = Number(/(\d+)$/.exec(dataType)?.[1] ?? 64) / 8;
  const indexBytes = encoding === "dense" ? 0 : 4;
  const stored = nonZeroCount ?? shape[0] * shape[1];
  const chunkBytes = Math.max(1, Math.min(items, stored) * (Math.max(4, valueBytes) + indexBytes));
  return {
    stored,
    chunkBytes,
    chunkCount: Math.max(1, Math.ceil(stored / items)),
    transposeBytes: encoding === "csc" ? transposeBytes(stored, valueBytes, shape[0]) : 0,
  };
}

/** Entries twice over, or as many as the reader allows itself, and a count per row. */
function transposeBytes(entryCount: number, valueBytes: number, spotCount: number): number {
  const wanted = 2 * entryCount * (4 + Math.max(4, valueBytes));
  return Math.min(OPEN_DEFAULTS.maxTransposeBytes, wanted) + 4 * spotCount;
}
