import { isFlashdeconvError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { settleAll } from "../settle-all.js";
import { type ColumnValues, columnKind } from "./column-values.js";
import { type CoordinateCandidate, findCandidates } from "./coordinate-candidates.js";
import { type CoordinateRequest, findCoordinates } from "./find-coordinates.js";
import { type Hierarchy, join } from "./hierarchy.js";
import type { MatrixInfo } from "./matrix-info.js";
import { openNames } from "./name-source.js";
import { inStore } from "./name-store.js";
import { type AnnDataRoot, listMatrices, openAnnDataRoot } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import { openMatrix } from "./open-matrix.js";
import { pathOf } from "./read-coordinates.js";
import { readSections } from "./read-sections.js";
import { type Annotation, readAnnotation } from "./spatialdata/annotation.js";

export interface InspectOptions {
  /** Name of the table, where the store is a SpatialData container; may be left out where there is only one. */
  readonly table?: string;
  /** Where coordinates are, as of SpatialOptions; by default they are searched for. */
  readonly spatialKey?: string;
  readonly spatialColumns?: readonly string[];
  /** Column of obs that tells sections apart, as of SpatialOptions. */
  readonly sectionKey?: string;
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

/** Which column of obs tells sections apart, and how many spots each section has; without any where several columns disagree. */
export interface SectionSummary {
  readonly columnNames: readonly string[];
  readonly sections: readonly { readonly name: string; readonly spotCount: number }[];
  /** Spots without a value, which are a section of their own. */
  readonly withoutCount: number;
}

/**
 * What a store holds, from its metadata alone (and the index where it is not plain strings, and the column that tells sections apart).
 */
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
  /** Columns of obs that look like coordinates, where none are found. */
  readonly coordinateCandidates: readonly CoordinateCandidate[];
  /** The sections that a run would tell apart beside the regions of a table; undefined where there is one. */
  readonly sections: SectionSummary | undefined;
  /** Matrices that are there and cannot be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** False where the store can neither list nor has consolidated metadata: layers and obsm may then hold more. */
  readonly complete: boolean;
}

/** Tells what an AnnData store or a table of a SpatialData container holds. Throws as `openSpatial` does where obs or var cannot be read. */
export function inspectStore(store: ReadableStore, options: InspectOptions = {}): Promise<StoreSummary> {
  return inStore(store, async () => {
    const root = await openAnnDataRoot(store, options.table, options.signal);
    return inStore(root.hierarchy.store, () => summarize(root, options));
  });
}

async function summarize(root: AnnDataRoot, { signal, ...request }: InspectOptions): Promise<StoreSummary> {
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
  const coordinates = await describeCoordinates(root, request, signal);
  return {
    zarrFormat: hierarchy.zarrFormat,
    table: await summarizeTable(root),
    consolidated: hierarchy.consolidated,
    rowCount: spots.count,
    geneCount: genes.count,
    matrices,
    obsColumns: await settleAll(columnNames.map((name) => summarizeColumn(hierarchy, name))),
    obsm: await settleAll((children ?? []).map((key) => summarizeObsm(hierarchy, key, spots.count))),
    coordinates,
    coordinateCandidates: coordinates === undefined ? await findCandidates(hierarchy) : [],
    sections: await summarizeSections(root, request.sectionKey, spots.count, signal),
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

/** What is asked for has to be there; what is searched for may not be. */
async function describeCoordinates(
  root: AnnDataRoot,
  request: CoordinateRequest,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const isAsked = request.spatialKey !== undefined || request.spatialColumns !== undefined;
  const find = () => findCoordinates(root, request, signal);
  const result = isAsked ? { value: await find() } : await attempt(find);
  const origin = "value" in result ? result.value : undefined;
  return origin && pathOf(origin);
}

async function summarizeSections(
  { hierarchy, container }: AnnDataRoot,
  sectionKey: string | undefined,
  spotCount: number,
  signal?: AbortSignal,
): Promise<SectionSummary | undefined> {
  if (sectionKey === undefined && container) return undefined;
  const read = () => readSections(hierarchy, sectionKey, spotCount, signal);
  const result = sectionKey === undefined ? await attempt(read) : { value: await read() };
  if (!("value" in result) || result.value === undefined) return undefined;
  if ("disagreeing" in result.value) {
    return { columnNames: result.value.disagreeing, sections: [], withoutCount: 0 };
  }
  const { columnNames, names, codes, withoutCount } = result.value;
  const counts = new Int32Array(names.length + 1);
  for (const code of codes) counts[code]++;
  return {
    columnNames,
    sections: names.map((name, i) => ({ name, spotCount: counts[i] })),
    withoutCount,
  };
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
