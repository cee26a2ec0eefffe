import { isFlashdeconvError } from "@flashdeconv/core";
import type { ListedStore, ReadableStore, StoreKey } from "@flashdeconv/stores";
import { formatJson } from "../json.js";
import { recordedElements } from "../write/former-elements.js";
import { collectDocuments, readDocument } from "../write/metadata-documents.js";
import { keyOf, type MetadataDocument, type ZarrDialect } from "../write/zarr-dialect.js";
import { zarrV2 } from "../write/zarr-v2.js";
import { zarrV3 } from "../write/zarr-v3.js";
import { type CoordinateOrigin, findCoordinates, OBS_COLUMNS, regionNames } from "./find-coordinates.js";
import { join } from "./hierarchy.js";
import { inStore } from "./name-store.js";
import { type AnnDataRoot, openAnnDataRoot } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import { openObsm } from "./read-obsm.js";
import { noResult, type ResultReading, requestIn } from "./read-result.js";
import { readUns } from "./read-uns.js";
import { readAnnotation } from "./spatialdata/annotation.js";

/** The part of a store that a result is, and what is needed to look at it. */
export interface ResultPart {
  /** The path of the table that holds it, below the root; "" for an AnnData store. */
  readonly tablePath: string;
  /** The table's name; undefined for an AnnData store. */
  readonly table: string | undefined;
  /** Names of the columns of `obsm/<key>` in the store. */
  readonly types: readonly string[];
  /** Path in the table of the matrix that holds the coordinates, where it is one. */
  readonly spatial: string | undefined;
  /** Whether a key is of the part: a document of its nodes and of the groups they lie in, or what lies below them. */
  holds(key: StoreKey): boolean;
  /**
   * Documents to give out in place of the store's: the consolidated one tells of this part alone, so that it can be read where nothing
   * can be listed. Empty where the store has none and cannot be listed itself.
   */
  readonly documents: ReadonlyMap<StoreKey, Uint8Array>;
}

const DOCUMENTS = new Set([".zgroup", ".zarray", ".zattrs", "zarr.json"]);

/**
 * Finds the part of a store that the result of a key is: what its record lists, names and coordinates of spots, and pictures of the
 * tissue. Counts, layers, genes and other annotation are not of it. Reads documents and the result's parameters only.
 *
 * @throws OptionError where there is no such key or a table has to be named, FormatError where the key holds no result of flashdeconv
 */
export function openResultPart(
  store: ReadableStore,
  { key, table, signal }: Omit<ResultReading, "onNotice">,
): Promise<ResultPart> {
  return inStore(store, async () => {
    const root = await openAnnDataRoot(store, table, signal);
    const { hierarchy, container } = root;
    const { storedNames } = await openObsm(hierarchy, key);
    const elements = await recordedElements(hierarchy, key, signal);
    if (elements === undefined || storedNames === undefined) throw noResult(key);
    const tablePath = container?.tablePath ?? "";
    const origin = await coordinatesOf(root, key, signal);
    const paths = [
      ...[...elements, ...(await namesAndPlaces(root, origin))].map((path) => join(tablePath, path)),
      ...(container ? ["images", ...(await shapesOf(root, signal))] : []),
    ];
    const groups = new Set(
      [...paths, join(tablePath, "var/_"), join(tablePath, "obs/_")].flatMap((path) => groupsOf(path)),
    );
    const own = new Set(paths);
    const isBelow = (path: string) => [path, ...groupsOf(path)].some((one) => own.has(one));
    const holds = (asked: StoreKey) => {
      const at = asked.lastIndexOf("/");
      const [path, name] = [asked.slice(1, Math.max(1, at)), asked.slice(at + 1)];
      if (DOCUMENTS.has(name)) return groups.has(path) || isBelow(path);
      return isBelow(path) && !name.startsWith(".");
    };
    const dialect = hierarchy.zarrFormat === 3 ? zarrV3 : zarrV2;
    const known = { holds, groups, paths, signal };
    return {
      tablePath,
      table: container?.tableName,
      types: storedNames,
      spatial: origin?.kind === "matrix" ? origin.path : undefined,
      holds,
      documents: await documentsOf(store, dialect, known),
    };
  });
}

/** Keys of all results of flashdeconv that a store holds; none where it cannot be listed. */
export function resultKeys(
  store: ReadableStore,
  { table, signal }: Pick<ResultReading, "table" | "signal">,
): Promise<string[]> {
  return inStore(store, async () => {
    const { hierarchy } = await openAnnDataRoot(store, table, signal);
    const keys: string[] = [];
    for (const key of (await hierarchy.children("obsm")) ?? []) {
      const isResult =
        (await hierarchy.node(`uns/${key}_params`)) !== undefined &&
        (await recordedElements(hierarchy, key, signal)) !== undefined;
      if (isResult) keys.push(key);
    }
    return keys;
  });
}

/** Paths of what says which spot is which and where: index, coordinates, places on the grid, categories of old AnnData, pictures. */
async function namesAndPlaces(root: AnnDataRoot, origin: CoordinateOrigin | undefined): Promise<string[]> {
  const { hierarchy } = root;
  const { indexName, columnNames } = await openDataframe(hierarchy, "obs");
  const columns = [indexName, ...OBS_COLUMNS.flat().filter((name) => columnNames.includes(name))];
  const others = ["uns/spatial", "uns/spatialdata_attrs"];
  if (origin?.kind === "matrix" || (origin?.kind === "columns" && origin.path !== "obs")) {
    if (origin.path.startsWith("obsm/")) others.push(origin.path);
  } else if (origin?.kind === "columns") columns.push(...origin.columnNames);
  const annotation = root.container && (await readAnnotation(hierarchy));
  if (annotation) columns.push(annotation.regionKey, annotation.instanceKey);
  // An empty name would be all of obs.
  const named = columns.filter((name) => name !== "");
  return [...named.flatMap((name) => [`obs/${name}`, `obs/__categories/${name}`]), ...others];
}

/** A result without coordinates is one too. */
async function coordinatesOf(root: AnnDataRoot, key: string, signal?: AbortSignal) {
  const { hierarchy } = root;
  try {
    const names = ["spatial_key", "spatial_columns"];
    const reading = { hierarchy, signal, elementCount: 0, bytes: 0 };
    const entries = names.map(async (name) => {
      const path = `uns/${key}_params/${name}`;
      return [name, (await hierarchy.node(path)) ? await readUns(reading, path) : ""] as const;
    });
    const told = Object.fromEntries((await Promise.all(entries)).filter(([, value]) => value !== ""));
    return await findCoordinates(root, requestIn(told), signal);
  } catch (error) {
    if (!isFlashdeconvError(error) || signal?.aborted) throw error;
    return undefined;
  }
}

async function shapesOf({ hierarchy, container }: AnnDataRoot, signal?: AbortSignal): Promise<string[]> {
  const annotation = container && (await readAnnotation(hierarchy));
  if (!annotation) return [];
  const names = await regionNames(hierarchy, annotation, signal);
  return names.filter((name) => name !== "").map((name) => `shapes/${name}`);
}

interface KnownPart extends Pick<ResultPart, "holds"> {
  readonly groups: ReadonlySet<string>;
  readonly paths: readonly string[];
  readonly signal?: AbortSignal;
}

async function documentsOf(
  store: ReadableStore,
  dialect: ZarrDialect,
  { holds, groups, paths, signal }: KnownPart,
): Promise<ReadonlyMap<StoreKey, Uint8Array>> {
  const packed = (document: object) =>
    new Map([[dialect.consolidatedKey, new TextEncoder().encode(formatJson(document))]]);
  const isKept = (name: string) =>
    holds(dialect.zarrFormat === 3 ? keyOf(name, "zarr.json") : (`/${name}` as StoreKey));
  // SpatialData 0.1 leaves out the dot.
  for (const key of [
    dialect.consolidatedKey,
    ...(dialect.zarrFormat === 2 ? (["/zmetadata"] as const) : []),
  ]) {
    const document = await readDocument(store, key);
    if (document === undefined || !dialect.isConsolidated(document)) continue;
    const listed = Object.entries(dialect.listed(document));
    return packed(dialect.relisted(document, Object.fromEntries(listed.filter(([name]) => isKept(name)))));
  }
  if (store.list === undefined) return new Map();
  const documents: MetadataDocument[] = [];
  for (const path of groups) {
    for (const name of dialect.documentNames) {
      const key = keyOf(path, name);
      const content = await readDocument(store, key);
      if (content !== undefined) documents.push({ key, content });
    }
  }
  const listing = store as ListedStore;
  for (const path of outermost(paths))
    documents.push(...(await collectDocuments(listing, dialect, signal, path)));
  return packed(dialect.consolidate(documents));
}

/** Paths that do not lie below another one. */
function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}

/** The groups that a path lies in, the root ("") among them. */
function groupsOf(path: string): string[] {
  const segments = path.split("/");
  return segments.map((_, end) => segments.slice(0, end).join("/"));
}
