import { FormatError, OptionError } from "@flashdeconv/core";
import type { ReadableStore, StagedStore } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import { openHierarchy } from "../read/hierarchy.js";
import { settleAll } from "../settle-all.js";
import { storeBelow } from "../store-below.js";
import { checkAdditions, columnNames } from "./check-contents.js";
import type { AnnDataAdditions, Names } from "./contents.js";
import { replacedElements } from "./former-elements.js";
import { readDocument } from "./metadata-documents.js";
import { nameColumns } from "./name-columns.js";
import { type ObsFrame, readObsFrame } from "./obs-frame.js";
import { refreshConsolidated, refreshContainer } from "./refresh-consolidated.js";
import { commitAfter, progressOver } from "./stage.js";
import { stagedBelow } from "./staged-below.js";
import { withoutConsolidated } from "./without-consolidated.js";
import { dataframesOf, tablesOf, writeAdditions } from "./write-additions.js";
import { writeNames } from "./write-names.js";
import { type EncodeOptions, resolveWriteOptions } from "./write-options.js";
import { DICT_ATTRIBUTES } from "./write-uns.js";
import { dialectOf } from "./zarr-dialects.js";
import { ZarrWriter } from "./zarr-writer.js";

/** What is added, and the spots' names where a table is to be stored as a dataframe. */
export interface AnnDataEdits extends AnnDataAdditions {
  readonly spotNames?: Names;
}

export interface EditOptions extends EncodeOptions {
  /**
   * Where the AnnData group lies in the store: `tablePath` of a section that was opened from a SpatialData container, whose
   * consolidated metadata are then brought up to date as well. The root by default.
   */
  readonly tablePath?: string;
  /**
   * The key of a result: what a former result of the key wrote goes, and what is there under one of the names that are written and was
   * not written by it is refused.
   */
  readonly resultKey?: string;
}

/**
 * Adds columns, tables and annotation to the AnnData store that `target` holds, in its Zarr version, and commits. What has
 * the same name there is replaced, all else stays as it is. Consolidated metadata is brought up to date where there is any.
 *
 * @throws ShapeError if lengths disagree with the store, OptionError if names are needed and missing, FormatError if the
 *   store has no usable `obs` or a name cannot be stored, StoreError if the store refuses; the signal's reason if it was
 *   aborted. The store stays as it was then.
 */
export async function addToAnnData(
  target: StagedStore,
  edits: AnnDataEdits,
  { tablePath = "", resultKey, ...options }: EditOptions = {},
): Promise<void> {
  await commitAfter(target, async () => {
    options.signal?.throwIfAborted();
    const table = stagedBelow(target, tablePath);
    const hierarchy = await openHierarchy(withoutConsolidated(table), options.signal);
    const resolved = resolveWriteOptions({ ...options, zarrFormat: hierarchy.zarrFormat });
    const frame = await readObsFrame(hierarchy);
    checkEdits(edits, frame);
    const named = { ...edits, obs: nameColumns(edits.obs, [frame.indexName]) };
    const paths = pathsOf(named);
    const former =
      resultKey === undefined ? [] : await replacedElements(hierarchy, resultKey, paths, options.signal);
    const columns = columnsAfter(named, former, frame);
    const zarr = new ZarrWriter(table, dialectOf(hierarchy.zarrFormat), resolved);

    for (const path of new Set([...former, ...paths])) await table.delete(`/${path}`);
    await deleteEmptied(zarr, former, columns);
    await makeGroups(zarr, named);
    await zarr.during(() =>
      settleAll([
        edits.spotNames
          ? writeNames(zarr, dataframesOf(named), edits.spotNames, frame.spotCount)
          : Promise.resolve(),
        writeAdditions(zarr, named, progressOver(tablesOf(named), resolved.onProgress)),
      ]),
    );
    if (columns.join("\0") !== frame.columnOrder.join("\0")) await listColumns(zarr, columns);
    await refreshConsolidated(zarr);
    if (tablePath !== "") await refreshContainer(target, zarr.dialect, tablePath, resolved.signal);
    resolved.signal?.throwIfAborted();
  });
}

/**
 * Tells beforehand whether a result can be added under a key to the AnnData group at `tablePath`, from metadata alone.
 *
 * @param paths what is going to be written
 * @throws OptionError where one of them is there and was not written by a former result of the key; FormatError for an `obs` to which
 *   no column can be added
 */
export async function checkPlace(
  store: ReadableStore,
  {
    resultKey,
    tablePath = "",
    signal,
  }: Pick<EditOptions, "tablePath" | "signal"> & { readonly resultKey: string },
  paths: readonly string[],
): Promise<void> {
  const hierarchy = await openHierarchy(withoutConsolidated(storeBelow(store, tablePath)), signal);
  requireCurrent(await readObsFrame(hierarchy));
  await replacedElements(hierarchy, resultKey, paths, signal);
}

function checkEdits(edits: AnnDataEdits, frame: ObsFrame): void {
  checkAdditions(edits, frame.spotCount);
  if (edits.spotNames === undefined && dataframesOf(edits).length > 0) {
    throw new OptionError({
      option: "spotNames",
      value: undefined,
      rule: "the names of the spots, which are the index of each table with column names",
    });
  }
  if (edits.obs?.length) requireCurrent(frame);
}

function requireCurrent({ isCurrent }: ObsFrame): void {
  if (isCurrent) return;
  throw new FormatError({
    path: "obs",
    found: "a dataframe of an old encoding",
    expected: "encoding-version 0.2.0, as anndata 0.8 and later write",
    remedy: "Write the result to a new store, or write this one again with a newer anndata.",
  });
}

function columnsAfter(
  { obs }: AnnDataEdits,
  former: readonly string[],
  { columnOrder }: ObsFrame,
): readonly string[] {
  const kept = columnOrder.filter((name) => !former.includes(`obs/${name}`));
  return [...new Set([...kept, ...columnNames(obs)])];
}

/** Removes the groups in which columns of names with slashes lay, where nothing is left in them. */
async function deleteEmptied(
  { store, dialect }: ZarrWriter,
  former: readonly string[],
  columns: readonly string[],
): Promise<void> {
  for (const path of former) {
    const parts = path.split("/");
    for (let depth = parts.length - 1; depth > 1; depth--) {
      const parent = parts.slice(0, depth).join("/");
      const left = (await store.list(`/${parent}`)).filter((name) => !dialect.documentNames.includes(name));
      if (left.length > 0 || columns.includes(parent.slice("obs/".length))) break;
      await store.delete(`/${parent}`);
    }
  }
}

function pathsOf({ obs, obsm = {}, uns = {} }: AnnDataEdits): string[] {
  return [
    ...columnNames(obs).map((name) => `obs/${name}`),
    ...Object.keys(obsm).map((key) => `obsm/${key}`),
    ...Object.keys(uns).map((key) => `uns/${key}`),
  ];
}

async function makeGroups(zarr: ZarrWriter, { obsm, uns }: AnnDataEdits): Promise<void> {
  for (const [name, elements] of Object.entries({ obsm, uns })) {
    const key = zarr.dialect.groupKey(name);
    const isThere = (await readKey(zarr.store, key, { most: MOST_DOCUMENT_BYTES })) !== undefined;
    if (elements !== undefined && !isThere) await zarr.group(name, DICT_ATTRIBUTES);
  }
}

async function listColumns(zarr: ZarrWriter, columns: readonly string[]): Promise<void> {
  const key = zarr.dialect.attributesKey("obs");
  const document = (await readDocument(zarr.store, key)) ?? {};
  await zarr.document(key, zarr.dialect.withAttribute(document, "column-order", columns));
}
