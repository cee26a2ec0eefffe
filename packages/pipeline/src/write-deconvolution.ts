import type { Coordinates } from "@flashdeconv/core";
import { type DenseChunk, memorySource, type NameChunk } from "@flashdeconv/core";
import {
  type AnnDataAdditions,
  addToAnnData,
  type Column,
  type StagedStore,
  type WriteOptions,
  writeAnnData,
} from "@flashdeconv/io-zarr";
import type { Deconvolution } from "./deconvolve.js";
import { type ResultLayout, resolveResultLayout } from "./result-layout.js";
import { SPOT_STATUSES } from "./spot-answers.js";

/** Names and coordinates a result store is to carry, so that it can be plotted by itself. */
export interface ResultFrame {
  readonly spotNames: AsyncIterable<NameChunk> | readonly string[];
  readonly coordinates?: Coordinates;
}

/** A result as what it adds to an AnnData store. */
export function resultElements(result: Deconvolution, layout: ResultLayout = {}): AnnDataAdditions {
  const { key, obsColumns, extraParameters, precision } = resolveResultLayout(layout);
  const { spotCount, typeNames } = result;
  const values = precision === "float32" ? Float32Array.from(result.proportions) : result.proportions;
  const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width: typeNames.length, values };
  const obs: Column[] = [
    { kind: "categorical", name: `${key}_dominant`, codes: result.dominant, categories: typeNames },
    {
      kind: "categorical",
      name: `${key}_status`,
      codes: Int8Array.from(result.statuses),
      categories: SPOT_STATUSES,
    },
  ];
  if (obsColumns) {
    for (const [k, name] of typeNames.entries()) {
      const column = new Float64Array(spotCount);
      for (let spot = 0; spot < spotCount; spot++) column[spot] = values[spot * typeNames.length + k];
      obs.push({ kind: "number", name: `${key}_${name}`, values: column });
    }
  }
  return {
    obs,
    obsm: { [key]: { values: memorySource(table), columnNames: typeNames } },
    uns: { [`${key}_params`]: { ...result.parameters, ...extraParameters } },
  };
}

/** Writes a result as an AnnData store of its own: spot names, coordinates and the result, without counts. */
export async function writeResultStore(
  target: StagedStore,
  result: Deconvolution,
  frame: ResultFrame,
  options: ResultLayout & WriteOptions = {},
): Promise<void> {
  const elements = resultElements(result, options);
  const { coordinates, spotNames } = frame;
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
  await writeAnnData(target, { ...elements, obsm, spotCount, spotNames, geneNames: [] }, options);
}

/** Adds a result to the store it was made from, or replaces the one that is there under the same key. */
export async function addResultToStore(
  target: StagedStore,
  result: Deconvolution,
  { spotNames }: Pick<ResultFrame, "spotNames">,
  options: ResultLayout & WriteOptions = {},
): Promise<void> {
  await addToAnnData(target, { ...resultElements(result, options), spotNames }, options);
}
