import type { CsrChunk } from "@flashdeconv/core";
import type { Piece, PieceArray } from "../../contracts/checkpoint.js";
import type { PreparedReference } from "../../contracts/inputs.js";

/** What is kept of single cells beside their means. */
export type KeptCells = Pick<PreparedReference, "halves" | "cells">;

/** As arrays that a checkpoint keeps. */
export function packCells({ halves, cells }: KeptCells): Piece["arrays"] {
  return {
    ...(halves && {
      firstSums: halves.sums[0],
      secondSums: halves.sums[1],
      halfOf: halves.halves,
      ...packRows("half", halves),
    }),
    ...(cells && packRows("sampled", { cells: cells.counts, types: cells.types })),
  };
}

/** What `packCells` packed, over so many genes. */
export function unpackCells(arrays: Piece["arrays"], geneCount: number): KeptCells {
  const half = unpackRows("half", arrays, geneCount);
  const sampled = unpackRows("sampled", arrays, geneCount);
  const { firstSums, secondSums, halfOf } = arrays;
  return {
    ...(half && {
      halves: {
        ...half,
        geneCount,
        sums: [firstSums as Float64Array, secondSums as Float64Array],
        halves: halfOf as Int32Array,
      },
    }),
    ...(sampled && { cells: { counts: sampled.cells, types: sampled.types } }),
  };
}

interface TypedRows {
  readonly cells: CsrChunk;
  readonly types: Int32Array;
}

function packRows(name: string, { cells, types }: TypedRows): Record<string, PieceArray> {
  const { indptr, indices, values } = cells;
  return {
    [`${name}Types`]: types,
    [`${name}Indptr`]: indptr,
    [`${name}Indices`]: indices,
    [`${name}Values`]: values,
  };
}

function unpackRows(name: string, arrays: Piece["arrays"], width: number): TypedRows | undefined {
  const types = arrays[`${name}Types`] as Int32Array | undefined;
  if (!types) return undefined;
  const indptr = arrays[`${name}Indptr`] as Int32Array;
  const indices = arrays[`${name}Indices`] as Int32Array;
  const values = arrays[`${name}Values`] as CsrChunk["values"];
  const spotCount = types.length;
  return { types, cells: { kind: "csr", spotStart: 0, spotCount, width, indptr, indices, values } };
}
