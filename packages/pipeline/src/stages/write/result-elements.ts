import { type ChunkSource, type DenseChunk, OptionError, type Values } from "@flashdeconv/core";
import type { AnnDataAdditions, Column, UnsObject } from "@flashdeconv/io-zarr";
import { ELEMENTS_RECORD, safeNames } from "@flashdeconv/io-zarr/internal";
import { typeColors } from "@flashdeconv/maps";
import type { AnswerTable, SignatureSummary } from "../../contracts/answers.js";
import type { Parameters, ParameterValue } from "../../contracts/parameters.js";
import type { ResultDescription } from "../../contracts/sink.js";
import { LATER_COLUMNS, SPOT_COLUMNS } from "../table-names.js";
import { columnNamesOf } from "./column-names.js";
import { type ResultLayout, resolveResultLayout } from "./result-layout.js";
import { hasMaps, resultMaps } from "./result-maps.js";
import { typedParameters } from "./whole-numbers.js";

/** A result as what it adds to an AnnData store. Reads the proportions where each type is to be a column of `obs`. */
export async function resultElements(
  tables: readonly AnswerTable[],
  description: ResultDescription,
  layout: ResultLayout,
): Promise<AnnDataAdditions> {
  const { key, obsColumns, extraParameters, command, maps } = resolveResultLayout(layout);
  const { typeNames, signature, notices, coordinates } = description;
  const names = columnNamesOf(typeNames);
  const proportions = tableNamed(tables, "proportions");
  const later = tables.filter(({ name }) => LATER_COLUMNS.includes(name));
  const sets = tables.filter(({ isColumn }) => isColumn);
  const columns = [...SPOT_COLUMNS.map((name) => tableNamed(tables, name)), ...later, ...sets];
  const further = tables.filter((table) => table !== proportions && !columns.includes(table));
  requireOneOfEach([...columns, ...further]);
  const ofSpots = await Promise.all(columns.map((table) => columnOf(table, key)));
  const dominant = ofSpots.find(
    (column) => column.kind === "categorical" && column.name === `${key}_dominant`,
  );
  const drawn =
    coordinates && dominant?.kind === "categorical" && hasMaps(typeNames, maps)
      ? resultMaps(coordinates, { proportions: proportions.values, dominant: dominant.codes })
      : undefined;
  const paths = [
    ...resultPaths(layout, typeNames).filter((path) => path !== mapsPath(key) || drawn !== undefined),
    ...sets.map(({ name }) => `obs/${key}_${name}`),
    ...tablePaths(
      further.map(({ name }) => name),
      key,
    ),
  ];
  const parameters = {
    ...description.parameters,
    ...extraParameters,
    cell_types: typeNames,
    type_columns: names,
    [ELEMENTS_RECORD]: paths,
  };
  return {
    obs: [...ofSpots, ...(obsColumns ? await typeColumns(key, typeNames, proportions.values) : [])],
    obsm: {
      [key]: { values: proportions.values, columnNames: typeNames, storedNames: names },
      ...Object.fromEntries(
        further.map(({ name, columns, values }) => [
          `${key}_${name}`,
          columns === "types"
            ? { values, columnNames: typeNames, storedNames: names }
            : { values, columnNames: columns, storedNames: safeNames(columns, { reserved: [] }) },
        ]),
      ),
    },
    uns: {
      [`${key}_params`]: typedParameters(withSafeNames(parameters)),
      [`${key}_dominant_colors`]: typeColors(typeNames),
      [`${key}_signature`]: {
        cell_types: typeNames,
        cell_counts: signature.cellCounts,
        gram: gramRows(signature.gram, typeNames.length),
        sections: signature.sections && sectionGrams(signature.sections, typeNames.length),
      },
      [`${key}_notices`]: {
        code: notices.map(({ code }) => code),
        message: notices.map(({ message }) => wellFormed(message)),
      },
      ...(command !== undefined && { [`${key}_command`]: command }),
      ...(drawn !== undefined && { [`${key}_maps`]: drawn }),
    },
  };
}

/** A table would take another's place. */
function requireOneOfEach(tables: readonly AnswerTable[]): void {
  const names = tables.map(({ name, isColumn }) => `${isColumn ? "obs" : "obsm"} ${name.toLowerCase()}`);
  const twice = tables.find((_, i) => names.indexOf(names[i]) < i);
  if (twice === undefined) return;
  throw new OptionError({
    option: "tables",
    value: twice.name,
    rule: "tables whose names differ",
    remedy: "Give one of the two another name.",
  });
}

function tableNamed(tables: readonly AnswerTable[], name: string): AnswerTable {
  const table = tables.find((one) => one.name === name);
  if (table) return table;
  throw new OptionError({
    option: "tables",
    value: undefined,
    rule: `a table ${name}, as every result has one`,
  });
}

/** A table of one column, whole. */
async function columnOf({ name, dtype, categories, values }: AnswerTable, key: string): Promise<Column> {
  const column = { name: `${key}_${name}` };
  if (categories !== undefined) {
    const codes = new (categories.length < 2 ** 7 ? Int8Array : Int32Array)(values.spotCount);
    for await (const chunk of values.chunks()) codes.set(chunk.values, chunk.spotStart);
    return { ...column, kind: "categorical", codes, categories };
  }
  const numbers = new (dtype === "float32" ? Float32Array : Float64Array)(values.spotCount);
  for await (const chunk of values.chunks()) numbers.set(chunk.values, chunk.spotStart);
  return { ...column, kind: "number", values: numbers };
}

function gramRows(gram: Float64Array | undefined, typeCount: number): readonly Float64Array[] | undefined {
  return (
    gram && Array.from({ length: typeCount }, (_, k) => gram.subarray(k * typeCount, (k + 1) * typeCount))
  );
}

/** The Gram matrices of sections under safe names, each with its section's own. */
function sectionGrams(sections: NonNullable<SignatureSummary["sections"]>, typeCount: number): UnsObject {
  const places = safeNames(
    sections.map(({ name }) => name),
    { reserved: [] },
  );
  return Object.fromEntries(
    sections.map(({ name, gram }, i) => [places[i], { name, gram: gramRows(gram, typeCount) }]),
  );
}

const mapsPath = (key: string) => `uns/${key}_maps`;

/** The paths of all that a result writes into an AnnData store; maps where its spots have coordinates. */
export function resultPaths(layout: ResultLayout, typeNames: readonly string[]): string[] {
  const { key, obsColumns, command, maps } = resolveResultLayout(layout);
  return [
    `obsm/${key}`,
    `uns/${key}_params`,
    `uns/${key}_dominant_colors`,
    `uns/${key}_signature`,
    `uns/${key}_notices`,
    ...(command === undefined ? [] : [`uns/${key}_command`]),
    ...(hasMaps(typeNames, maps) ? [mapsPath(key)] : []),
    ...[...SPOT_COLUMNS, ...LATER_COLUMNS].map((name) => `obs/${key}_${name}`),
    ...(obsColumns ? columnNamesOf(typeNames).map((name) => `obs/${key}_${name}`) : []),
  ];
}

/** The paths of tables that a solver yields beside those of every result. */
export const tablePaths = (names: readonly string[], key: string): string[] =>
  names.map((name) => `obsm/${key}_${name}`);

/** A store takes Unicode only, and a message may quote anything. */
function wellFormed(message: string): string {
  return message.replace(/\p{Cs}/gu, "\ufffd");
}

/** Options of a solver of one's own may have any name. */
function withSafeNames(parameters: Parameters): Parameters {
  const names = safeNames(Object.keys(parameters), { reserved: [] });
  return Object.fromEntries(
    Object.values(parameters).map((value, i) => [names[i], isGroup(value) ? withSafeNames(value) : value]),
  );
}

function isGroup(value: ParameterValue): value is Parameters {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

async function typeColumns(
  key: string,
  typeNames: readonly string[],
  proportions: ChunkSource<DenseChunk>,
): Promise<Column[]> {
  const { spotCount } = proportions;
  let columns: Values[] | undefined;
  for await (const { spotStart, spotCount: rows, values } of proportions.chunks()) {
    columns ??= typeNames.map(() =>
      values instanceof Float32Array ? new Float32Array(spotCount) : new Float64Array(spotCount),
    );
    for (let row = 0; row < rows; row++) {
      for (const [k, column] of columns.entries()) column[spotStart + row] = values[row * columns.length + k];
    }
  }
  const names = columnNamesOf(typeNames);
  return (columns ?? []).map((values, k) => ({
    kind: "number",
    name: `${key}_${names[k]}`,
    ...(names[k] !== typeNames[k] && { label: typeNames[k] }),
    values,
  }));
}
