import { type DenseChunk, FormatError, memorySource } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { readColumn, readObsm } from "@flashdeconv/io-zarr";
import { ELEMENTS_RECORD } from "@flashdeconv/io-zarr/internal";
import type { AnswerTable } from "@flashdeconv/pipeline";
import { LATER_COLUMNS, OBS_TABLES, SPOT_COLUMNS } from "@flashdeconv/pipeline/internal";
import type { ReadableStore } from "@flashdeconv/stores";

/** Columns of obs that not every result has. */
const FURTHER_COLUMNS = OBS_TABLES.filter((name) => ![...SPOT_COLUMNS, ...LATER_COLUMNS].includes(name));

/** What a store holds of a result. */
export interface StoredResult {
  readonly spotCount: number;
  readonly typeNames: readonly string[];
  readonly tables: readonly AnswerTable[];
}

/**
 * Opens the result of a key; its tables are read when they are asked for, but for the columns of obs.
 *
 * @throws OptionError where there is no such key, FormatError where it holds no result of flashdeconv
 */
export async function readStoredResult(
  store: ReadableStore,
  key: string,
  signal?: AbortSignal,
): Promise<StoredResult> {
  const { columnNames: typeNames, values } = await readObsm(store, key, { signal });
  if (typeNames === undefined) {
    throw new FormatError({
      path: `obsm/${key}`,
      found: "an array without names of columns",
      expected: "a result of flashdeconv: a dataframe with a column per type",
      remedy: `Name the key of a result, with ${optionName("resultKey")}.`,
    });
  }
  const elements = await elementsOf(store, key, signal);
  // Results from before there was one lack it.
  const later = [...LATER_COLUMNS, ...FURTHER_COLUMNS].filter((name) =>
    elements.includes(`obs/${key}_${name}`),
  );
  const columns = await Promise.all(
    [...SPOT_COLUMNS, ...later].map((name) => columnTable(store, { key, name }, signal)),
  );
  const wrong = columns.find((table) => table.values.spotCount !== values.spotCount);
  if (wrong !== undefined) {
    throw new FormatError({
      path: `obs/${key}_${wrong.name}`,
      found: `${numbered(wrong.values.spotCount, "value")} for ${numbered(values.spotCount, "row")} of obsm/${key}`,
      expected: "one for each",
      remedy: "The store is damaged: write it again.",
    });
  }
  return {
    spotCount: values.spotCount,
    typeNames,
    tables: [
      { name: "proportions", dtype: "float64", columns: "types", values },
      ...columns,
      ...(await solverTables(store, { key, typeNames, elements }, signal)),
    ],
  };
}

interface ColumnOfKey {
  readonly key: string;
  readonly name: string;
}

async function columnTable(
  store: ReadableStore,
  { key, name }: ColumnOfKey,
  signal?: AbortSignal,
): Promise<AnswerTable> {
  const path = `obs/${key}_${name}`;
  const column = await readColumn(store, path, { signal });
  const placed = FURTHER_COLUMNS.includes(name) && { isColumn: true };
  if (column.kind === "categorical") {
    const { categories } = column;
    return {
      name,
      dtype: "category",
      columns: [name],
      ...placed,
      categories,
      values: oneColumn(new Float64Array(column.codes)),
    };
  }
  if (column.kind === "number") {
    return { name, dtype: "float64", columns: [name], ...placed, values: oneColumn(column.values) };
  }
  throw new FormatError({
    path,
    found: `values of kind ${column.kind}`,
    expected: "what flashdeconv writes there",
    remedy: `Name the key of a result, with ${optionName("resultKey")}.`,
  });
}

function oneColumn(values: Float64Array) {
  return memorySource<DenseChunk>({
    kind: "dense",
    spotStart: 0,
    spotCount: values.length,
    width: 1,
    values,
  });
}

interface StoredElements {
  readonly key: string;
  readonly typeNames: readonly string[];
  readonly elements: readonly string[];
}

/** The paths of all that the result wrote. */
async function elementsOf(store: ReadableStore, key: string, signal?: AbortSignal): Promise<string[]> {
  const record = await readColumn(store, `uns/${key}_params/${ELEMENTS_RECORD}`, { signal });
  return record.kind === "string" ? record.values.filter((path) => path !== undefined) : [];
}

/** What the solver said of the spots beside the proportions. */
async function solverTables(
  store: ReadableStore,
  { key, typeNames, elements }: StoredElements,
  signal?: AbortSignal,
): Promise<AnswerTable[]> {
  const names = elements
    .filter((path) => path.startsWith(`obsm/${key}_`))
    .map((path) => path.slice(`obsm/${key}_`.length));
  return Promise.all(
    names.map(async (name): Promise<AnswerTable> => {
      const { columnNames = [], values } = await readObsm(store, `${key}_${name}`, { signal });
      const isOfTypes = columnNames.join("\0") === typeNames.join("\0");
      return { name, dtype: "float64", columns: isOfTypes ? "types" : columnNames, values };
    }),
  );
}
