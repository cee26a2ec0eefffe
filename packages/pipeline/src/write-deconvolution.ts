import type { Coordinates } from "@flashdeconv/core";
import { type DenseChunk, memorySource, type NameChunk, OptionError } from "@flashdeconv/core";
import {
  type AnnDataAdditions,
  addToAnnData,
  type Column,
  type StagedStore,
  type WriteOptions,
  writeAnnData,
} from "@flashdeconv/io-zarr";
import type { Deconvolution } from "./deconvolve.js";
import type { Parameters } from "./parameters.js";
import { SPOT_STATUSES } from "./spot-answers.js";

export interface ResultLayout {
  /** Where the result goes: `obsm/<key>`, `obs/<key>_dominant`, `obs/<key>_status`, `uns/<key>_params`; "flashdeconv" by default. */
  readonly key?: string;
  /** Also write each type as a column `obs/<key>_<type>`, as plotting functions want it. False by default. */
  readonly obsColumns?: boolean;
  /** More to keep in `uns/<key>_params`, such as paths. */
  readonly extraParameters?: Parameters;
  /** Storage of the proportions; "float64" by default. */
  readonly precision?: "float64" | "float32";
}

/** Names and coordinates a result store is to carry, so that it can be plotted by itself. */
export interface ResultFrame {
  readonly spotNames: AsyncIterable<NameChunk> | readonly string[];
  readonly coordinates?: Coordinates;
}

/** A result as what it adds to an AnnData store. */
export function resultElements(result: Deconvolution, layout: ResultLayout = {}): AnnDataAdditions {
  const { key = "flashdeconv", obsColumns = false, precision = "float64" } = layout;
  checkKey(key);
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
    uns: { [`${key}_params`]: { ...result.parameters, ...layout.extraParameters } },
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
  options: ResultLayout & WriteOptions = {},
): Promise<void> {
  await addToAnnData(target, resultElements(result, options), options);
}

function checkKey(key: string): void {
  if (/^[^/\s.][^/]*$/.test(key)) return;
  throw new OptionError({
    option: "key-added",
    value: key,
    rule: 'a name without "/" that does not begin with a dot or space',
  });
}
