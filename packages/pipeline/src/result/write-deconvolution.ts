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
  type StagedStore,
  type WriteOptions,
  writeAnnData,
} from "@flashdeconv/io-zarr";
import type { Deconvolution } from "../deconvolve.js";
import { SPOT_STATUSES } from "../solve/spot-answers.js";
import { type ResultLayout, resolveResultLayout } from "./result-layout.js";
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
  const { key, obsColumns, extraParameters } = resolveResultLayout(layout);
  const { typeNames, proportions, dominant, statuses } = result;
  return {
    obs: [
      { kind: "categorical", name: `${key}_dominant`, codes: dominant, categories: typeNames },
      {
        kind: "categorical",
        name: `${key}_status`,
        codes: new Int8Array(statuses.buffer, statuses.byteOffset, statuses.length),
        categories: SPOT_STATUSES,
      },
      ...(obsColumns ? await typeColumns(key, result) : []),
    ],
    obsm: { [key]: { values: proportions, columnNames: typeNames } },
    uns: { [`${key}_params`]: typedParameters({ ...result.parameters, ...extraParameters }) },
  };
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
  return (columns ?? []).map((values, k) => ({ kind: "number", name: `${key}_${typeNames[k]}`, values }));
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
  return { ...elements, obsm, spotCount, spotNames, geneNames: [] };
}

/**
 * Adds a result to the store it was made from, or to the table of a container (`tablePath`), or replaces the one that is there under
 * the same key.
 */
export async function addResultToStore(
  target: StagedStore,
  result: Deconvolution,
  { spotNames }: Pick<ResultFrame, "spotNames">,
  options: ResultLayout & EditOptions = {},
): Promise<void> {
  await addToAnnData(target, { ...(await resultElements(result, options)), spotNames }, options);
}
