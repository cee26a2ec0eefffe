import { type ChunkSource, type CsrChunk, ShapeError } from "@flashdeconv/core";
import { compareCodePoints, numbered } from "@flashdeconv/core/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { type ColumnValues, readColumnOf } from "./column-values.js";
import { type GeneColumn, readGeneColumns } from "./gene-names.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { noLabelColumn, requireLabels } from "./label-columns.js";
import { labelsFor } from "./labels-for.js";
import type { MatrixInfo } from "./matrix-info.js";
import { columnTexts, readNames } from "./name-source.js";
import { inStore, sourceInStore } from "./name-store.js";
import { openAnnData } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import { type ReferenceOptions, resolveOpenOptions, sourceOptions } from "./open-options.js";
import { type OtherMatrix, openOthers } from "./other-matrices.js";

/** The type of each cell: `names[codes[i]]`, or none where the code is -1 (no label, or an empty one). */
export interface CellTypes {
  readonly codes: Int32Array;
  /** Types with at least one cell, ascending by code point. */
  readonly names: readonly string[];
}

/** Single cells with types, the reference of a deconvolution. Names and types are held; counts are read when asked for. */
export interface ReferenceDataset {
  readonly cellCount: number;
  /** In the order of the columns of `counts`; names may repeat, as they do in the store. */
  readonly geneNames: readonly string[];
  /** Cells x genes: what a chunk calls spots are cells here. */
  readonly counts: ChunkSource<CsrChunk>;
  readonly matrix: MatrixInfo;
  readonly zarrFormat: 2 | 3;
  readonly cellTypes: CellTypes;
  /** As of SpatialDataset. */
  otherMatrices(options?: { readonly signal?: AbortSignal }): Promise<readonly OtherMatrix[]>;
  /** As of SpatialDataset. */
  readGeneColumns(options?: { readonly signal?: AbortSignal }): Promise<readonly GeneColumn[]>;
  /** The name of one cell; reads only the stored chunk it lies in. */
  readCellName(index: number, options?: { readonly signal?: AbortSignal }): Promise<string>;
}

/**
 * Opens an AnnData Zarr store (v2 or v3) with single cells: checks its metadata, reads gene names and labels, no count.
 *
 * Throws as `openSpatial` does, and OptionError where the label column is missing, ShapeError where it labels no cell
 * or not as many as there are.
 */
export function openReference(
  store: ReadableStore,
  options: ReferenceOptions = {},
): Promise<ReferenceDataset> {
  return inStore(store, () => openCells(store, options));
}

async function openCells(store: ReadableStore, options: ReferenceOptions): Promise<ReferenceDataset> {
  const resolved = resolveOpenOptions(options);
  const { signal, cellTypeKey } = resolved;
  const { hierarchy, matrix, rowNames, geneNames, genesPath } = await openAnnData(store, resolved, "cell");
  const cellCount = matrix.info.shape[0];
  const { labels, onNotice } = resolved;
  const column = labels
    ? labelsFor(await readNames(rowNames, signal), labels, onNotice)
    : await readLabels(hierarchy, cellTypeKey, signal);
  return {
    cellCount,
    geneNames: await readNames(geneNames, signal),
    counts: sourceInStore(store, matrix.source(sourceOptions(resolved, matrix.info))),
    matrix: matrix.info,
    zarrFormat: hierarchy.zarrFormat,
    cellTypes: toCellTypes(column, cellCount, cellTypeKey),
    otherMatrices: ({ signal } = {}) =>
      inStore(store, () => openOthers(hierarchy.withSignal(signal), matrix.info.path, resolved)),
    readGeneColumns: ({ signal } = {}) =>
      inStore(store, () => readGeneColumns(hierarchy.withSignal(signal), genesPath, signal)),
    readCellName: (index, { signal } = {}) => inStore(store, () => rowNames.at(index, signal)),
  };
}

async function readLabels(hierarchy: Hierarchy, key: string, signal?: AbortSignal): Promise<ColumnValues> {
  const { columnNames } = await openDataframe(hierarchy, "obs");
  // A column that obs does not list but holds is as good.
  if (!columnNames.includes(key) && !(await hierarchy.node(join("obs", key)))) {
    throw await noLabelColumn(hierarchy, key, signal);
  }
  const column = await readColumnOf(hierarchy, "obs", key, signal);
  await requireLabels(hierarchy, key, column, signal);
  return column;
}

function toCellTypes(column: ColumnValues, cellCount: number, key: string): CellTypes {
  const labels = columnTexts(column);
  if (labels.length !== cellCount) {
    throw wrongLabels(
      key,
      `${numbered(labels.length, "label")} for ${numbered(cellCount, "cell")}`,
      "one label per cell",
    );
  }
  const names = [...new Set(labels)].filter((label) => label !== "").sort(compareCodePoints);
  if (names.length === 0) throw wrongLabels(key, "no label at all", "a cell type for at least one cell");
  const codeOf = new Map(names.map((name, code) => [name, code]));
  return { names, codes: Int32Array.from(labels, (label) => codeOf.get(label) ?? -1) };
}

function wrongLabels(key: string, found: string, expected: string): ShapeError {
  return new ShapeError({
    subject: `obs/${key}`,
    found,
    expected,
    remedy: "Name another column of obs, or add the labels to the store.",
  });
}
