import { type ChunkSource, type DenseChunk, mapChunks, SolverError, type Values } from "@flashdeconv/core";
import type { Solver, SolverTable, StatArray } from "@flashdeconv/solver";
import type { AnswerTable } from "../../contracts/answers.js";
import { OBS_TABLES, TYPE_TABLES } from "../table-names.js";

/** Names that tables of results have. */
const TAKEN = ["proportions", ...OBS_TABLES, ...TYPE_TABLES];

/**
 * The tables that a solver yields with its options.
 *
 * @throws SolverError where it calls them what no table can be called
 */
export function tablesOf(solver: Pick<Solver, "name" | "tables">, options: object): readonly SolverTable[] {
  const tables = solver.tables?.(options) ?? [];
  const names = new Set(TAKEN);
  for (const { name, columns } of tables) {
    if (/^[a-z][a-z0-9_]*$/.test(name) && !names.has(name) && columns.length > 0) {
      names.add(name);
      continue;
    }
    throw new SolverError({
      solver: solver.name,
      found: `a table called ${JSON.stringify(name)}${columns.length > 0 ? "" : " without a column"}`,
      expected: `names of lower case letters, digits and "_", each once and none of ${TAKEN.join(", ")}, and columns`,
      remedy: "It is a plugin: its author can give its tables other names.",
    });
  }
  return tables;
}

/** Numbers per spot of the tables that a solver yields with its options. */
export function tableWidth(
  solver: Pick<Solver, "name" | "tables">,
  options: object,
  typeCount: number,
): number {
  return widthOf(tablesOf(solver, options), typeCount);
}

/** Numbers per spot of all tables together. */
export function widthOf(tables: readonly SolverTable[], typeCount: number): number {
  return tables.reduce((sum, table) => sum + columnCount(table, typeCount), 0);
}

/** The tables that lie side by side in the rows of a source, from column `first` on. */
export function cutTables(
  rows: ChunkSource<DenseChunk>,
  tables: readonly SolverTable[],
  { first, typeCount, dtype }: { first: number; typeCount: number; dtype: "float64" | "float32" },
): AnswerTable[] {
  let from = first;
  return tables.map(({ name, columns }) => {
    const to = from + columnCount({ columns }, typeCount);
    const values = columnRange(rows, from, to);
    from = to;
    return { name, dtype, columns, values };
  });
}

/** Some neighbouring columns of a source; the source itself where these are all. */
export function columnRange(
  rows: ChunkSource<DenseChunk>,
  from: number,
  to: number,
): ChunkSource<DenseChunk> {
  const width = to - from;
  if (width === rows.width) return rows;
  const cut = (chunk: DenseChunk): Values => {
    const { values, spotCount } = chunk;
    const Storage = values instanceof Float32Array ? Float32Array : Float64Array;
    const own = new Storage(spotCount * width);
    for (let row = 0; row < spotCount; row++) {
      const at = row * rows.width;
      own.set(values.subarray(at + from, at + to), row * width);
    }
    return own;
  };
  return mapChunks(rows, (chunk) => ({ ...chunk, width, values: cut(chunk) }), width);
}

/** Spots without an answer have nothing in the tables either. */
export function emptyRows(rows: StatArray, width: number, dominant: Int32Array): void {
  for (let spot = 0; width > 0 && spot < dominant.length; spot++) {
    if (dominant[spot] < 0) rows.fill(Number.NaN, spot * width, (spot + 1) * width);
  }
}

function columnCount({ columns }: Pick<SolverTable, "columns">, typeCount: number): number {
  return columns === "types" ? typeCount : columns.length;
}
