import { ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { checkLength } from "./check-length.js";
import { checkKey } from "./check-names.js";
import type { AnnDataAdditions, AnnDataContents, Column, DenseTable } from "./contents.js";
import { storedNames } from "./name-columns.js";
import { isList } from "./write-names.js";
import { checkUns } from "./write-uns.js";

/** Refuses, before anything is written, what could not be stored: ShapeError for lengths, FormatError for names. */
export function checkContents(contents: AnnDataContents): void {
  const { spotCount, spotNames, geneNames, X } = contents;
  if (isList(spotNames)) checkLength("spotNames", spotNames.length, spotCount);
  if (X !== undefined) {
    checkLength("X", X.spotCount, spotCount);
    if (isList(geneNames)) checkLength("geneNames", geneNames.length, X.width);
  }
  for (const [name, layer] of Object.entries(contents.layers ?? {})) {
    checkKey("layers", name);
    checkLength(`layers/${name}`, layer.spotCount, spotCount);
    checkLength(`layers/${name} (columns)`, layer.width, X?.width ?? layer.width);
  }
  for (const column of contents.var ?? []) checkColumn("var", column, X?.width ?? 0);
  checkAdditions(contents, spotCount);
}

/** The part of `checkContents` that concerns columns, tables and annotation. */
export function checkAdditions({ obs = [], obsm = {}, uns = {} }: AnnDataAdditions, spotCount: number): void {
  for (const column of obs) checkColumn("obs", column, spotCount);
  for (const [key, table] of Object.entries(obsm)) checkTable(`obsm/${key}`, key, table, spotCount);
  checkUns("uns", uns);
}

export function columnNames(columns: readonly Column[] = []): string[] {
  return columns.map((column) => column.name);
}

function checkColumn(frame: "obs" | "var", column: Column, count: number): void {
  const path = `${frame}/${column.name}`;
  checkLength(path, (column.kind === "categorical" ? column.codes : column.values).length, count);
  if (column.kind === "boolean") checkBooleans(path, column.values);
  if (column.kind !== "categorical") return;
  const { codes, categories } = column;
  const wrong = codes.findIndex((code) => code < -1 || code >= categories.length);
  if (wrong < 0) return;
  throw new ShapeError({
    subject: path,
    found: `code ${codes[wrong]} at spot ${wrong}`,
    expected: `-1 (missing) to ${categories.length - 1}, as there are ${numbered(categories.length, "category")}`,
    remedy: "Give codes that point into the categories.",
  });
}

function checkBooleans(path: string, values: Uint8Array): void {
  const wrong = values.findIndex((value) => value > 1);
  if (wrong < 0) return;
  throw new ShapeError({
    subject: path,
    found: `the value ${values[wrong]} at spot ${wrong}`,
    expected: "0 or 1 in a boolean column",
    remedy: "Give 0 or 1, or make it a column of numbers.",
  });
}

function checkTable(path: string, key: string, table: DenseTable, spotCount: number): void {
  checkKey("obsm", key);
  checkLength(path, table.values.spotCount, spotCount);
  if (table.columnNames === undefined) return;
  checkLength(`${path} (column names)`, table.columnNames.length, table.values.width);
  checkLength(`${path} (stored names)`, storedNames(table)?.length ?? 0, table.values.width);
}
