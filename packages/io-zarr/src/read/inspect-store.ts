import { isFlashdeconvError } from "@flashdeconv/core";
import { settleAll } from "../settle-all.js";
import type { ReadableStore } from "../store.js";
import { type ColumnValues, columnKind } from "./column-values.js";
import { type Hierarchy, join } from "./hierarchy.js";
import type { MatrixInfo } from "./matrix-info.js";
import { openNames } from "./name-source.js";
import { inStore } from "./name-store.js";
import { type AnnDataRoot, listMatrices, openAnnDataRoot } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import { openMatrix } from "./open-matrix.js";
import { findCoordinates } from "./read-coordinates.js";
import { type Annotation, readAnnotation } from "./spatialdata/annotation.js";

export interface InspectOptions {
  /** Name of the table, where the store is a SpatialData container; may be left out where there is only one. */
  readonly table?: string;
  readonly signal?: AbortSignal;
}

export interface ColumnSummary {
  readonly name: string;
  /** "unsupported" for a column of a kind that cannot be read. */
  readonly kind: ColumnValues["kind"] | "unsupported";
}

export interface ObsmSummary {
  readonly key: string;
  readonly encoding: "array" | "dataframe" | "unsupported";
  /** Rows and columns; empty where they cannot be told. */
  readonly shape: readonly number[];
}

/** The table that was looked at, of a SpatialData container. */
export interface TableSummary {
  readonly name: string;
  /** Below the container's root: `tables/<name>`. */
  readonly path: string;
  /** All tables of the container. */
  readonly tableNames: readonly string[];
  /** Of the container's layout. */
  readonly version: string;
  /** The elements the table is about and the columns that tell it; undefined where it is about none or that cannot be read. */
  readonly annotation: Annotation | undefined;
}

/** What a store holds, from its metadata alone (and the index where it is not plain strings). */
export interface StoreSummary {
  readonly zarrFormat: 2 | 3;
  /** Undefined for an AnnData store; else all that follows is the table's. */
  readonly table: TableSummary | undefined;
  readonly consolidated: boolean;
  /** Rows of obs: spots or cells. */
  readonly rowCount: number;
  readonly geneCount: number;
  /** X, layers and raw/X, as far as they can be read. */
  readonly matrices: readonly MatrixInfo[];
  readonly obsColumns: readonly ColumnSummary[];
  readonly obsm: readonly ObsmSummary[];
  /** Where coordinates would be read from (`obsm/spatial`; `obs/x, obs/y`); undefined where there are none. */
  readonly coordinates: string | undefined;
  /** Matrices that are there and cannot be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** False where the store can neither list nor has consolidated metadata: layers and obsm may then hold more. */
  readonly complete: boolean;
}

/** Tells what an AnnData store or a table of a SpatialData container holds. Throws as `openSpatial` does where obs or var cannot be read. */
export function inspectStore(
  store: ReadableStore,
  { table, signal }: InspectOptions = {},
): Promise<StoreSummary> {
  return inStore(store, async () => {
    const root = await openAnnDataRoot(store, table, signal);
    return inStore(root.hierarchy.store, () => summarize(root, signal));
  });
}

async function summarize(root: AnnDataRoot, signal?: AbortSignal): Promise<StoreSummary> {
  const { hierarchy } = root;
  const matrices: MatrixInfo[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  for (const path of await listMatrices(hierarchy)) {
    const result = await attempt(async () => (await openMatrix(hierarchy, path)).info);
    if ("value" in result) matrices.push(result.value);
    else unreadable.push({ path, reason: result.reason });
  }
  const [spots, genes, { columnNames }] = await settleAll([
    openNames(hierarchy, "obs", signal),
    openNames(hierarchy, "var", signal),
    openDataframe(hierarchy, "obs"),
  ]);
  const children = await hierarchy.children("obsm");
  return {
    zarrFormat: hierarchy.zarrFormat,
    table: await summarizeTable(root),
    consolidated: hierarchy.consolidated,
    rowCount: spots.count,
    geneCount: genes.count,
    matrices,
    obsColumns: await settleAll(columnNames.map((name) => summarizeColumn(hierarchy, name))),
    obsm: await settleAll((children ?? []).map((key) => summarizeObsm(hierarchy, key, spots.count))),
    coordinates: await describeCoordinates(root, signal),
    unreadable,
    complete: children !== undefined,
  };
}

async function summarizeTable({ hierarchy, container }: AnnDataRoot): Promise<TableSummary | undefined> {
  if (!container) return undefined;
  const { tableName: name, tablePath: path, tableNames, version } = container;
  const result = await attempt(() => readAnnotation(hierarchy));
  return { name, path, tableNames, version, annotation: "value" in result ? result.value : undefined };
}

async function summarizeColumn(hierarchy: Hierarchy, name: string): Promise<ColumnSummary> {
  const result = await attempt(async () => {
    const node = await hierarchy.node(join("obs", name));
    return node && columnKind(node);
  });
  return { name, kind: ("value" in result && result.value) || "unsupported" };
}

async function summarizeObsm(hierarchy: Hierarchy, key: string, rowCount: number): Promise<ObsmSummary> {
  const path = join("obsm", key);
  const result = await attempt(async (): Promise<ObsmSummary | undefined> => {
    const node = await hierarchy.node(path);
    if (node?.kind === "array") return { key, encoding: "array", shape: node.metadata.shape };
    const { columnNames } = await openDataframe(hierarchy, path);
    return { key, encoding: "dataframe", shape: [rowCount, columnNames.length] };
  });
  return ("value" in result && result.value) || { key, encoding: "unsupported", shape: [] };
}

async function describeCoordinates(root: AnnDataRoot, signal?: AbortSignal): Promise<string | undefined> {
  const result = await attempt(() => findCoordinates(root, undefined, signal));
  const origin = "value" in result ? result.value : undefined;
  if (origin?.kind !== "columns" || origin.path !== "obs") return origin?.path;
  return origin.columnNames.map((name) => join("obs", name)).join(", ");
}

/** One part that cannot be read must not hide the others; an abort or a fault of ours still ends it all. */
async function attempt<T>(task: () => Promise<T>): Promise<{ value: T } | { reason: string }> {
  try {
    return { value: await task() };
  } catch (error) {
    if (isFlashdeconvError(error) && error.tag !== "StoreError") return { reason: error.message };
    throw error;
  }
}
