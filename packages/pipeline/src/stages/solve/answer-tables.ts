import {
  type ChunkSource,
  type DenseChunk,
  generatedSource,
  mapChunks,
  memorySource,
} from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable, SpotAnswers } from "../../contracts/answers.js";
import { type CellsPerSpot, cellsOfSpots } from "./cells-of-spots.js";
import { entropyOf } from "./entropy.js";
import { SPOT_STATUSES } from "./spot-answers.js";

/** Spots whose codes are made at once. */
const SPOTS_PER_CHUNK = 65_536;

/** All tables of a result: those that every result has, then the solver's. */
export function answerTables(
  answers: SpotAnswers,
  typeNames: readonly string[],
  cells: CellsPerSpot | undefined,
): AnswerTable[] {
  const { proportions, dominant, statuses, counts, solverTables } = answers;
  const dtype = counts instanceof Float32Array ? "float32" : "float64";
  return [
    { name: "proportions", dtype, columns: "types", values: proportions },
    category("dominant", dominant, typeNames),
    category("status", statuses, SPOT_STATUSES),
    { name: "counts", dtype, columns: ["counts"], values: column(counts) },
    { name: "entropy", dtype, columns: ["entropy"], values: entropies(proportions) },
    ...(cells
      ? [{ name: "cells", dtype, columns: "types", values: cellsOfSpots(proportions, cells) } as const]
      : []),
    ...solverTables,
  ];
}

function category(name: string, codes: Int32Array | Uint8Array, categories: readonly string[]): AnswerTable {
  const shape = { spotCount: codes.length, width: 1, spotsPerChunk: SPOTS_PER_CHUNK };
  const values = generatedSource<DenseChunk>(shape, (spotStart, end) => ({
    kind: "dense",
    spotStart,
    spotCount: end - spotStart,
    width: 1,
    values: new Float32Array(codes.subarray(spotStart, end)),
  }));
  return { name, dtype: "category", columns: [name], categories, values };
}

/** Entropies of the rows, made anew whenever they are read. */
function entropies(proportions: ChunkSource<DenseChunk>): ChunkSource<DenseChunk> {
  const { width } = proportions;
  const entropiesOf = ({ values, spotCount }: DenseChunk) => {
    const own = values instanceof Float32Array ? new Float32Array(spotCount) : new Float64Array(spotCount);
    for (let row = 0; row < spotCount; row++) own[row] = entropyOf(values, row * width, width);
    return own;
  };
  return mapChunks(proportions, (chunk) => ({ ...chunk, width: 1, values: entropiesOf(chunk) }), 1);
}

function column(values: StatArray): ChunkSource<DenseChunk> {
  const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount: values.length, width: 1, values };
  return memorySource(table, { spotsPerChunk: SPOTS_PER_CHUNK });
}
