import {
  type DenseChunk,
  FormatError,
  isFlashdeconvError,
  memorySource,
  type Notice,
} from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { checkContents } from "../write/check-contents.js";
import type { AnnDataContents, Column, DenseTable, UnsObject } from "../write/contents.js";
import { recordedElements } from "../write/former-elements.js";
import { WRITTEN_AS } from "../write/written-as.js";
import { type ColumnValues, readColumnOf } from "./column-values.js";
import type { CoordinateRequest } from "./find-coordinates.js";
import { type Hierarchy, join, type ZarrNode } from "./hierarchy.js";
import { type NameSource, openNames } from "./name-source.js";
import { inStore, sourceInStore, streamInStore } from "./name-store.js";
import { type AnnDataRoot, openAnnDataRoot } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import { readCoordinatesFrom } from "./read-coordinates.js";
import { openObsm } from "./read-obsm.js";
import { countElement, type ElementReading, readUns } from "./read-uns.js";
import { notingRepeats } from "./repeated-names.js";
import { wholeShares } from "./whole-shares.js";

export interface ResultReading {
  /** The result's key of obsm. */
  readonly key: string;
  /** The table of a SpatialData container that holds it; by default the only one. */
  readonly table?: string;
  readonly signal?: AbortSignal;
  /** Told where the spots have no coordinates, and, when their names were read, how many of these repeat. */
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * Reads the result of a key as an AnnData object of its own, as a run would write it to a new store: what the record of its elements
 * lists, names and coordinates. Tables are read when they are asked for, all else at once.
 *
 * @throws OptionError where there is no such key, FormatError where it holds no result of flashdeconv or an element of it is lost or of
 *   a kind that flashdeconv does not write
 */
export function readResultContents(
  store: ReadableStore,
  { key, table, signal, onNotice }: ResultReading,
): Promise<AnnDataContents> {
  return inStore(store, async () => {
    const root = await openAnnDataRoot(store, table, signal);
    const { hierarchy } = root;
    const proportions = await openObsm(hierarchy, key);
    const elements = await recordedElements(hierarchy, key, signal);
    if (elements === undefined || proportions.columnNames === undefined) throw noResult(key);
    const spots = await openNames(hierarchy, "obs", signal);
    const reading: ElementReading = { hierarchy, signal, elementCount: 0, bytes: 0 };
    const uns = await readAnnotation(reading, namesIn("uns", elements));
    const request = requestIn(uns[`${key}_params`]);
    const contents: AnnDataContents = {
      attributes: { [WRITTEN_AS]: "result" },
      spotCount: spots.count,
      spotNames: streamInStore(store, notingRepeats(spots, { signal, onNotice })),
      geneNames: [],
      obs: await readColumns(reading, namesIn("obs", elements)),
      obsm: {
        ...(await coordinatesOf(root, request, { spots, signal, onNotice })),
        ...(await openTables(store, hierarchy, { names: namesIn("obsm", elements), key })),
      },
      uns,
    };
    checkContents(contents);
    return contents;
  });
}

/**
 * Reads how the result of a key was made, and nothing else of it.
 *
 * @throws OptionError where a table has to be named, FormatError where there is no such key
 */
export function readResultParameters(
  store: ReadableStore,
  { key, table, signal }: Omit<ResultReading, "onNotice">,
): Promise<UnsObject> {
  return inStore(store, async () => {
    const { hierarchy } = await openAnnDataRoot(store, table, signal);
    const found = await readUns(
      { hierarchy, signal, elementCount: 0, bytes: 0 },
      join("uns", `${key}_params`),
    );
    if (typeof found !== "object" || found === null || Array.isArray(found) || ArrayBuffer.isView(found))
      throw noResult(key);
    return found as UnsObject;
  });
}

/** The AnnData group that holds a result: the store itself, or a table of a container. Throws OptionError where one has to be named. */
export function tableStore(
  store: ReadableStore,
  table: string | undefined,
  signal?: AbortSignal,
): Promise<ReadableStore> {
  return inStore(store, async () => (await openAnnDataRoot(store, table, signal)).hierarchy.store);
}

function namesIn(group: string, elements: readonly string[]): string[] {
  const prefix = `${group}/`;
  return elements.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

async function readAnnotation(reading: ElementReading, names: readonly string[]): Promise<UnsObject> {
  const entries: [string, UnsObject[string]][] = [];
  for (const name of names) {
    const path = join("uns", name);
    // Results of before there were colours list none.
    if (name.endsWith("_dominant_colors") && !(await reading.hierarchy.node(path))) continue;
    entries.push([name, await readUns(reading, path)]);
  }
  return Object.fromEntries(entries);
}

/** Columns of obs, in its order. */
async function readColumns(reading: ElementReading, listed: readonly string[]): Promise<Column[]> {
  const { hierarchy, signal } = reading;
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const lost = listed.find((name) => !columnNames.includes(name));
  if (lost !== undefined) throw lostElement(join("obs", lost));
  const columns: Column[] = [];
  for (const name of columnNames.filter((column) => listed.includes(column))) {
    const node = await hierarchy.node(join("obs", name));
    const [length = 0] = node?.kind === "array" ? node.metadata.shape : [];
    countElement(reading, join("obs", name), 8 * length);
    const values = await readColumnOf(hierarchy, "obs", name, signal);
    if (values.kind === "categorical") countElement(reading, join("obs", name), 4 * values.codes.length);
    columns.push(columnOf(name, values, node));
  }
  return columns;
}

function columnOf(name: string, column: ColumnValues, node: ZarrNode | undefined): Column {
  const { label } = node?.attributes ?? {};
  const common = { name, ...(typeof label === "string" && { label }) };
  if (column.kind === "categorical") return { ...common, ...column };
  if (column.kind === "number") {
    const isFloat32 = node?.kind === "array" && node.metadata.dataType.name === "float32";
    return {
      ...common,
      kind: "number",
      values: isFloat32 ? new Float32Array(column.values) : column.values,
    };
  }
  throw new FormatError({
    path: join("obs", name),
    found: `values of kind ${column.kind}`,
    expected: "numbers or categories, as flashdeconv writes them",
    remedy: "Something else has changed the result: write it again.",
  });
}

async function openTables(
  store: ReadableStore,
  hierarchy: Hierarchy,
  { names, key }: { readonly names: readonly string[]; readonly key: string },
): Promise<Record<string, DenseTable>> {
  const tables: [string, DenseTable][] = [];
  for (const name of names) {
    const path = join("obsm", name);
    if ((await hierarchy.node(path)) === undefined) throw lostElement(path);
    const { columnNames, storedNames, values } = await openObsm(hierarchy, name, { asStored: true });
    const whole = name === key ? wholeShares(values, path) : values;
    tables.push([name, { columnNames, storedNames, values: sourceInStore(store, whole) }]);
  }
  return Object.fromEntries(tables);
}

/** Where the run was told that coordinates are, by its parameters. */
export function requestIn(parameters: UnsObject[string]): CoordinateRequest {
  const { spatial_key: key, spatial_columns: columns } = (parameters ?? {}) as UnsObject;
  return {
    ...(typeof key === "string" && { spatialKey: key }),
    ...(typeof columns === "string" && { spatialColumns: columns.split(",") }),
  };
}

interface CoordinateReading extends Pick<ResultReading, "signal" | "onNotice"> {
  readonly spots: NameSource;
}

/** `spatial`, as it lies in a store of results; else from where the run had it. */
async function coordinatesOf(
  root: AnnDataRoot,
  request: CoordinateRequest,
  { spots, signal, onNotice }: CoordinateReading,
): Promise<Record<string, DenseTable>> {
  const { hierarchy } = root;
  if ((await hierarchy.node(""))?.attributes[WRITTEN_AS] === "result") {
    if ((await hierarchy.node("obsm/spatial")) === undefined) return {};
    const { values } = await openObsm(hierarchy, "spatial");
    return { spatial: { values: sourceInStore(hierarchy.store, values) } };
  }
  const spotCount = spots.count;
  const spotName = (index: number) => spots.at(index, signal);
  try {
    const reading = { spotCount, spotName, signal, withSections: false };
    const { dimension, values } = await readCoordinatesFrom(root, request, reading);
    const chunk = { kind: "dense", spotStart: 0, spotCount, width: dimension, values } as const;
    return { spatial: { values: memorySource<DenseChunk>(chunk) } };
  } catch (error) {
    if (!isFlashdeconvError(error) || error.tag !== "CoordinateError") throw error;
    const message = `The result has no coordinates. ${error.message}`;
    onNotice?.({ code: "result-without-coordinates", message });
    return {};
  }
}

export function noResult(key: string): FormatError {
  return new FormatError({
    path: `obsm/${key}`,
    found: "no result of flashdeconv",
    expected: `a dataframe with a column per type, and uns/${key}_params`,
    remedy: "Name the key of a result.",
  });
}

function lostElement(path: string): FormatError {
  return new FormatError({
    path,
    found: "nothing",
    expected: "a part of the result, which its parameters list",
    remedy: "Something else has changed the result: write it again.",
  });
}
