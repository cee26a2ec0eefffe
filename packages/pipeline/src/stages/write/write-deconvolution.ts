import { type DenseChunk, memorySource } from "@flashdeconv/core";
import {
  type AnnDataContents,
  addTable,
  addToAnnData,
  type EditOptions,
  type NewTableOptions,
  type WriteOptions,
  writeAnnData,
} from "@flashdeconv/io-zarr";
import { checkPlace, WRITTEN_AS } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, StagedStore } from "@flashdeconv/stores";
import type { AnswerTable, Deconvolution } from "../../contracts/answers.js";
import type { ResultDescription, ResultFrame, ResultSink } from "../../contracts/sink.js";
import type { PlannedTables } from "./planned-tables.js";
import { resultElements, resultPaths, tablePaths } from "./result-elements.js";
import { type ResultLayout, resolveResultLayout } from "./result-layout.js";

/** Where a result goes in AnnData: a store of its own, the store it was made from (or a table of it), or a new table beside that one. */
export type AnnDataPlace =
  | ({ readonly kind: "store" } & WriteOptions)
  | ({ readonly kind: "in place" } & EditOptions)
  | ({ readonly kind: "new table" } & NewTableOptions);

/**
 * AnnData Zarr as a place for a result. A new store or table has spot names, coordinates and the result, without counts. In place, all
 * that a former result of the same key wrote goes; what another program wrote is never replaced.
 */
export function annDataSink(target: StagedStore, place: AnnDataPlace, layout: ResultLayout = {}): ResultSink {
  return {
    async write(tables, description) {
      if (place.kind === "in place") {
        const resultKey = resolveResultLayout(layout).key;
        const elements = await resultElements(tables, description, layout);
        const { spotNames } = description;
        return addToAnnData(target, { ...elements, spotNames }, { ...place, resultKey });
      }
      const contents = await resultContents(tables, description, layout);
      return place.kind === "store"
        ? writeAnnData(target, contents, place)
        : addTable(target, contents, place);
    },
    discard: () => target.discard(),
  };
}

/** Writes a result as an AnnData store of its own: spot names, coordinates and the result, without counts. */
export async function writeResultStore(
  target: StagedStore,
  result: Deconvolution,
  frame: ResultFrame,
  options: ResultLayout & WriteOptions = {},
): Promise<void> {
  await writeResult(annDataSink(target, { kind: "store", ...options }, options), result, frame);
}

/** Writes a result to a place of any format. */
export async function writeResult(
  sink: ResultSink,
  result: Deconvolution,
  frame: ResultFrame,
): Promise<void> {
  await sink.write(result.tables, { ...result, ...frame });
}

/** A result as an AnnData object of its own. */
export async function resultContents(
  tables: readonly AnswerTable[],
  description: ResultDescription,
  layout: ResultLayout,
): Promise<AnnDataContents> {
  const elements = await resultElements(tables, description, layout);
  const { spotCount, spotNames, coordinates } = description;
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
 * Tells before a run whether its result can be added to the store that is read (`annDataSink`), from metadata alone.
 *
 * @param options with the tables that there will be beside those of every result
 * @throws OptionError where something that another program wrote lies under a name that the result needs
 */
export function checkResultPlace(
  store: ReadableStore,
  typeNames: readonly string[],
  {
    columns = [],
    tables = [],
    ...options
  }: ResultLayout & Pick<EditOptions, "tablePath" | "signal"> & Partial<PlannedTables> = {},
): Promise<void> {
  const { key } = resolveResultLayout(options);
  const paths = [
    ...resultPaths(options, typeNames),
    ...columns.map((name) => `obs/${key}_${name}`),
    ...tablePaths(tables, key),
  ];
  return checkPlace(store, { ...options, resultKey: key }, paths);
}
