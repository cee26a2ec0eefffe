import { type ChunkSource, type CsrChunk, FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ArrayMetadata } from "./array-metadata.js";
import { CHUNK_BYTES, entriesPerChunk } from "./chunk-entries.js";
import { cscSource } from "./csc-source.js";
import { csrSource, type SourceOptions, yieldsWholeChunks } from "./csr-source.js";
import { denseCsrSource } from "./dense-csr-source.js";
import { encodingOf } from "./encoding-of.js";
import type { Hierarchy, ZarrNode } from "./hierarchy.js";
import type { MatrixInfo } from "./matrix-info.js";
import { ownsChunks } from "./row-reader.js";
import { openSparseMatrix, type SparseMatrix } from "./sparse-matrix.js";
import { openArray } from "./zarr-array.js";

/** A matrix and the way to read it by rows. */
export interface Matrix {
  readonly info: MatrixInfo;
  source(options: MatrixSourceOptions): ChunkSource<CsrChunk>;
}

export interface MatrixSourceOptions extends SourceOptions {
  readonly maxTransposeBytes: number;
}

/** Opens a CSR, CSC or dense matrix and checks its metadata; reads no chunk. Throws FormatError where it cannot be read. */
export async function openMatrix(hierarchy: Hierarchy, path: string): Promise<Matrix> {
  const node = await hierarchy.node(path);
  if (!node) throw notMatrix(path, "nothing");
  return node.kind === "array" ? openDense(hierarchy, node) : openSparse(hierarchy, node);
}

function openDense(hierarchy: Hierarchy, node: ZarrNode & { kind: "array" }): Matrix {
  encodingOf(node, ["array"]);
  const { metadata, path } = node;
  const [rows, columns] = metadata.shape;
  if (metadata.shape.length !== 2 || metadata.dataType.kind === "string") {
    throw notMatrix(
      path,
      `an array of ${metadata.dataType.name} with ${numbered(metadata.shape.length, "dimension")}`,
    );
  }
  const array = openArray(hierarchy, node);
  return {
    // The chunks of a row of chunks are asked for together: nothing is read ahead.
    info: describe(
      {
        ...{ path, encoding: "dense", shape: [rows, columns], nonZeroCount: undefined },
        ...{ readAheadBytes: 0, isHandedOver: false },
      },
      metadata,
    ),
    source: (options) => denseCsrSource(array, options),
  };
}

async function openSparse(hierarchy: Hierarchy, node: ZarrNode & { kind: "group" }): Promise<Matrix> {
  const { path, attributes } = node;
  const type = encodingOf(node, ["csr_matrix", "csc_matrix"]) ?? `${attributes.h5sparse_format}_matrix`;
  if (type !== "csr_matrix" && type !== "csc_matrix") throw notMatrix(path, "a group without an encoding");
  const encoding = type === "csr_matrix" ? "csr" : "csc";
  const shape = parseShape(path, attributes.shape ?? attributes.h5sparse_shape);
  const matrix = await openSparseMatrix(hierarchy, path, shape, encoding);
  const readAheadBytes = matrix.data.readAheadBytes + matrix.indices.readAheadBytes;
  const nonZeroCount = matrix.itemCount;
  const isHandedOver = encoding === "csr" && handsChunksOver(matrix, hierarchy.store);
  const facts = { path, encoding, shape, readAheadBytes, nonZeroCount, isHandedOver } as const;
  const info = describe(facts, matrix.data.metadata);
  const source = encoding === "csr" ? csrSource : cscSource;
  return { info, source: (options) => source(matrix, options) };
}

function handsChunksOver(matrix: SparseMatrix, { givesAway }: Hierarchy["store"]): boolean {
  const { name } = matrix.data.metadata.dataType;
  const most = entriesPerChunk(CHUNK_BYTES, name);
  return givesAway === true && yieldsWholeChunks(matrix, most) && ownsChunks(matrix);
}

/** Rows and columns are numbered with 32 bits everywhere after this. */
const MOST_LINES = 2 ** 31 - 2;

function parseShape(path: string, shape: unknown): [number, number] {
  if (Array.isArray(shape) && shape.length === 2 && shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    if (shape[0] <= MOST_LINES && shape[1] <= MOST_LINES) return [shape[0], shape[1]];
  }
  throw new FormatError({
    path,
    found: `the attribute shape ${JSON.stringify(shape)}`,
    expected: `two whole numbers of at most ${MOST_LINES}`,
    remedy: "The sparse matrix is damaged: write the store again.",
  });
}

function describe(
  matrix: Omit<MatrixInfo, "dataType" | "chunkShape" | "codecs" | "isCompressed">,
  metadata: ArrayMetadata,
): MatrixInfo {
  const { path, encoding, shape, nonZeroCount, readAheadBytes, isHandedOver } = matrix;
  return {
    path,
    encoding,
    shape,
    dataType: metadata.dataType.name,
    chunkShape: metadata.chunkShape,
    codecs: metadata.codecNames,
    isCompressed: metadata.isCompressed,
    isHandedOver,
    nonZeroCount,
    readAheadBytes,
  };
}

function notMatrix(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "a matrix: csr_matrix, csc_matrix or a two-dimensional array of numbers",
    remedy: "Name a layer that holds counts, or write the store again with anndata.",
  });
}
