import type { Coordinates } from "@flashdeconv/core";
import { type DenseChunk, memorySource, type NameChunk, type Values } from "@flashdeconv/core";
import {
  type AnnDataAdditions,
  type AnnDataContents,
  addTable,
  addToAnnData,
  type Column,
  type EditOptions,
  type NewTableOptions,
  type WriteOptions,
  writeAnnData,
} from "@flashdeconv/io-zarr";
import { checkPlace, ELEMENTS_RECORD, safeNames, WRITTEN_AS } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, StagedStore } from "@flashdeconv/stores";
import type { AnswerTable, Deconvolution, SignatureSummary } from "../../contracts/answers.js";
import type { Parameters, ParameterValue } from "../../contracts/parameters.js";
import { SPOT_STATUSES } from "../solve/spot-answers.js";
import { columnNamesOf } from "./column-names.js";
import { type ResultLayout, resolveResultLayout } from "./result-layout.js";
import { typeColors } from "./type-colors.js";
import { typedParameters } from "./whole-numbers.js";

/** Names and coordinates a result store is to carry, so that it can be plotted by itself. */
export interface ResultFrame {
  readonly spotNames: AsyncIterable<NameChunk> | readonly string[];
  readonly coordinates?: Coordinates;
}

/** A result as what it adds to an AnnData store. Reads the proportions where each type is to be a column of `obs`. */
export async function resultElements(
  result: Deconvolution,
  layout: ResultLayout = {},
): Promise<AnnDataAdditions> {
  const { key, obsColumns, extraParameters, command } = resolveResultLayout(layout);
  const { typeNames, proportions, dominant, statuses, counts, signature } = result;
  const names = columnNamesOf(typeNames);
  const further = furtherTables(result);
  const paths = [...resultPaths(layout, typeNames), ...further.map(({ name }) => `obsm/${key}_${name}`)];
  const parameters = {
    ...result.parameters,
    ...extraParameters,
    cell_types: typeNames,
    type_columns: names,
    [ELEMENTS_RECORD]: paths,
  };
  return {
    obs: [
      { kind: "categorical", name: `${key}_dominant`, codes: dominant, categories: typeNames },
      {
        kind: "categorical",
        name: `${key}_status`,
        codes: new Int8Array(statuses.buffer, statuses.byteOffset, statuses.length),
        categories: SPOT_STATUSES,
      },
      { kind: "number", name: `${key}_counts`, values: counts },
      ...(obsColumns ? await typeColumns(key, result) : []),
    ],
    obsm: {
      [key]: { values: proportions, columnNames: typeNames, storedNames: names },
      ...Object.fromEntries(
        further.map(({ name, columns, values }) => [
          `${key}_${name}`,
          columns === "types"
            ? { values, columnNames: typeNames, storedNames: names }
            : { values, columnNames: columns },
        ]),
      ),
    },
    uns: {
      [`${key}_params`]: typedParameters(withSafeNames(parameters)),
      [`${key}_dominant_colors`]: typeColors(typeNames),
      [`${key}_signature`]: {
        cell_types: typeNames,
        cell_counts: signature.cellCounts,
        gram: gramRows(signature, typeNames.length),
      },
      [`${key}_notices`]: {
        code: result.notices.map(({ code }) => code),
        message: result.notices.map(({ message }) => wellFormed(message)),
      },
      ...(command !== undefined && { [`${key}_command`]: command }),
    },
  };
}

/** The tables that not every result has. */
function furtherTables({ tables }: Pick<Deconvolution, "tables">): readonly AnswerTable[] {
  return tables.filter(({ name }) => !["proportions", "dominant", "status", "counts"].includes(name));
}

function gramRows({ gram }: SignatureSummary, typeCount: number): readonly Float64Array[] | undefined {
  return (
    gram && Array.from({ length: typeCount }, (_, k) => gram.subarray(k * typeCount, (k + 1) * typeCount))
  );
}

/** The paths of all that a result writes into an AnnData store. */
export function resultPaths(layout: ResultLayout, typeNames: readonly string[]): string[] {
  const { key, obsColumns, command } = resolveResultLayout(layout);
  return [
    `obsm/${key}`,
    `uns/${key}_params`,
    `uns/${key}_dominant_colors`,
    `uns/${key}_signature`,
    `uns/${key}_notices`,
    ...(command === undefined ? [] : [`uns/${key}_command`]),
    `obs/${key}_dominant`,
    `obs/${key}_status`,
    `obs/${key}_counts`,
    ...(obsColumns ? columnNamesOf(typeNames).map((name) => `obs/${key}_${name}`) : []),
  ];
}

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
  { spotCount, typeNames, proportions }: Deconvolution,
): Promise<Column[]> {
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

/** Writes a result as an AnnData store of its own: spot names, coordinates and the result, without counts. */
export async function writeResultStore(
  target: StagedStore,
  result: Deconvolution,
  frame: ResultFrame,
  options: ResultLayout & WriteOptions = {},
): Promise<void> {
  await writeAnnData(target, await resultContents(result, frame, options), options);
}

/**
 * Adds a result as a new table to the SpatialData container it was made from: as `writeResultStore` would, and about the same
 * elements as the table that was read.
 */
export async function addResultTable(
  target: StagedStore,
  result: Deconvolution,
  frame: ResultFrame,
  options: ResultLayout & NewTableOptions,
): Promise<void> {
  await addTable(target, await resultContents(result, frame, options), options);
}

async function resultContents(
  result: Deconvolution,
  { coordinates, spotNames }: ResultFrame,
  layout: ResultLayout,
): Promise<AnnDataContents> {
  const elements = await resultElements(result, layout);
  const { spotCount } = result;
  const spatial = coordinates && {
    values: memorySource<DenseChunk>({
      kind: "dense",
      spotStart: 0,
      spotCount,
      width: coordinates.dimension,
      values: coordinates.values,
    }),
  };
  const obsm = spatial ? { spatial, ...elements.obsm } : elements.obsm;
  const attributes = { [WRITTEN_AS]: "result" };
  return { ...elements, attributes, obsm, spotCount, spotNames, geneNames: [] };
}

/**
 * Adds a result to the store it was made from, or to the table of a container (`tablePath`). All that a former result of the same key
 * wrote goes; what another program wrote is never replaced.
 */
export async function addResultToStore(
  target: StagedStore,
  result: Deconvolution,
  { spotNames }: Pick<ResultFrame, "spotNames">,
  options: ResultLayout & EditOptions = {},
): Promise<void> {
  const resultKey = resolveResultLayout(options).key;
  const elements = await resultElements(result, options);
  await addToAnnData(target, { ...elements, spotNames }, { ...options, resultKey });
}

/**
 * Tells before a run whether its result can be added to the store that is read (`addResultToStore`), from metadata alone.
 *
 * @throws OptionError where something that another program wrote lies under a name that the result needs
 */
export function checkResultPlace(
  store: ReadableStore,
  typeNames: readonly string[],
  options: ResultLayout & Pick<EditOptions, "tablePath" | "signal"> = {},
): Promise<void> {
  const { key } = resolveResultLayout(options);
  return checkPlace(store, { ...options, resultKey: key }, resultPaths(options, typeNames));
}
