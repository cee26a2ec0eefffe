import { FormatError, OptionError } from "@flashdeconv/core";
import { MOST_DOCUMENT_BYTES } from "../bounds.js";
import { openHierarchy } from "../read/hierarchy.js";
import { readKey } from "../read/read-key.js";
import { settleAll } from "../settle-all.js";
import { checkAdditions, columnNames } from "./check-contents.js";
import { checkColumns } from "./check-names.js";
import type { AnnDataAdditions, Names } from "./contents.js";
import { readDocument } from "./metadata-documents.js";
import { type ObsFrame, readObsFrame } from "./obs-frame.js";
import { refreshConsolidated, refreshContainer } from "./refresh-consolidated.js";
import { commitAfter, progressOver } from "./stage.js";
import { stagedBelow } from "./staged-below.js";
import type { StagedStore } from "./staged-store.js";
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
  { tablePath = "", ...options }: EditOptions = {},
): Promise<void> {
  await commitAfter(target, async () => {
    options.signal?.throwIfAborted();
    const table = stagedBelow(target, tablePath);
    const hierarchy = await openHierarchy(withoutConsolidated(table), options.signal);
    const resolved = resolveWriteOptions({ ...options, zarrFormat: hierarchy.zarrFormat });
    const frame = await readObsFrame(hierarchy);
    checkEdits(edits, frame);
    const zarr = new ZarrWriter(table, dialectOf(hierarchy.zarrFormat), resolved);

    for (const path of pathsOf(edits)) await table.delete(`/${path}`);
    await makeGroups(zarr, edits);
    await zarr.during(() =>
      settleAll([
        edits.spotNames
          ? writeNames(zarr, dataframesOf(edits), edits.spotNames, frame.spotCount)
          : Promise.resolve(),
        writeAdditions(zarr, edits, progressOver(tablesOf(edits), resolved.onProgress)),
      ]),
    );
    await listColumns(zarr, edits, frame);
    await refreshConsolidated(zarr);
    if (tablePath !== "") await refreshContainer(target, zarr.dialect, tablePath, resolved.signal);
    resolved.signal?.throwIfAborted();
  });
}

function checkEdits(edits: AnnDataEdits, frame: ObsFrame): void {
  checkAdditions(edits, frame.spotCount);
  checkColumns("obs", columnNames(edits.obs), frame.indexName);
  checkColumns("obs", mergedOrder(edits, frame), frame.indexName);
  if (edits.spotNames === undefined && dataframesOf(edits).length > 0) {
    throw new OptionError({
      option: "spotNames",
      value: undefined,
      rule: "the names of the spots, which are the index of each table with column names",
    });
  }
  if (edits.obs?.length && !frame.isCurrent) {
    throw new FormatError({
      path: "obs",
      found: "a dataframe of an old encoding",
      expected: "encoding-version 0.2.0, as anndata 0.8 and later write",
      remedy: "Write the result to a new store (--out), or write this one again with a newer anndata.",
    });
  }
}

function mergedOrder({ obs }: AnnDataEdits, { columnOrder }: ObsFrame): string[] {
  return [...new Set([...columnOrder, ...columnNames(obs)])];
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

async function listColumns(zarr: ZarrWriter, edits: AnnDataEdits, frame: ObsFrame): Promise<void> {
  if (!edits.obs?.length) return;
  const key = zarr.dialect.attributesKey("obs");
  const document = (await readDocument(zarr.store, key)) ?? {};
  await zarr.document(key, zarr.dialect.withAttribute(document, "column-order", mergedOrder(edits, frame)));
}
