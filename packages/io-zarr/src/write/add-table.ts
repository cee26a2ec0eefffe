import { FormatError, OptionError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import type { StagedStore } from "@flashdeconv/stores";
import { type Hierarchy, openHierarchy } from "../read/hierarchy.js";
import { type Annotation, readAnnotation } from "../read/spatialdata/annotation.js";
import { readRegions } from "../read/spatialdata/read-regions.js";
import { checkContents, columnNames } from "./check-contents.js";
import { checkKey } from "./check-names.js";
import type { AnnDataContents } from "./contents.js";
import { nameColumns } from "./name-columns.js";
import { readObsFrame } from "./obs-frame.js";
import { refreshContainer } from "./refresh-consolidated.js";
import { commitAfter } from "./stage.js";
import { stagedBelow } from "./staged-below.js";
import { withoutConsolidated } from "./without-consolidated.js";
import { ROOT_ATTRIBUTES, writeContents, writeGroups } from "./write-anndata.js";
import { type EncodeOptions, resolveWriteOptions } from "./write-options.js";
import { dialectOf } from "./zarr-dialects.js";
import { ZarrWriter } from "./zarr-writer.js";

export interface NewTableOptions extends EncodeOptions {
  /** Name of the new table. */
  readonly name: string;
  /** Path of the table whose rows these are (`tablePath` of a section that was opened): the new one is about the same elements. */
  readonly tablePath: string;
  /** Replace a table that has the name. False by default; the table at `tablePath` is never replaced. */
  readonly overwrite?: boolean;
}

/** Layout of the tables that Zarr v2 and v3 containers hold, where the first table does not say. */
const TABLE_VERSIONS = { 2: "0.1", 3: "0.2" };

/**
 * Adds a table to the SpatialData container that `target` holds, in its Zarr version, and commits. Its rows are those of another
 * table, in the same order: the columns that tell region and instance are taken over as they are stored, and the attributes with
 * them. The container's consolidated metadata are brought up to date where there are any.
 *
 * @throws OptionError for a name that is taken, FormatError for one that cannot be stored or a table of an old encoding, and what
 *   `writeAnnData` throws. The container stays as it was then.
 */
export async function addTable(
  target: StagedStore,
  contents: AnnDataContents,
  { name, tablePath, overwrite = false, ...options }: NewTableOptions,
): Promise<void> {
  await commitAfter(target, async () => {
    options.signal?.throwIfAborted();
    const path = `tables/${name}`;
    checkKey("tables", name);
    const source = stagedBelow(target, tablePath);
    const hierarchy = await openHierarchy(withoutConsolidated(source), options.signal);
    const resolved = resolveWriteOptions({ ...options, zarrFormat: hierarchy.zarrFormat });
    const dialect = dialectOf(hierarchy.zarrFormat);
    const annotation = await readAnnotation(hierarchy);
    const keys = annotation ? [annotation.regionKey, annotation.instanceKey] : [];
    checkContents(contents);
    const obs = nameColumns(contents.obs, keys);
    if (keys.length > 0) await requireCurrent(hierarchy, contents.spotCount);
    const isTaken = (await target.get(dialect.groupKey(path))) !== undefined;
    if (path === tablePath || (isTaken && !overwrite)) throw taken(name, path === tablePath);

    const root = new ZarrWriter(target, dialect, resolved);
    await target.delete(`/${path}`);
    if ((await target.get(dialect.groupKey("tables"))) === undefined) await root.group("tables", {});
    const zarr = new ZarrWriter(stagedBelow(target, path), dialect, resolved);
    const facts = await describe(hierarchy, annotation);
    const attributes = { ...ROOT_ATTRIBUTES, ...facts.attributes, ...contents.attributes };
    await writeGroups(zarr, attributes, { obs: [...keys, ...columnNames(obs)] });
    for (const key of keys) await copyAll(source, zarr.store, `/obs/${key}`);
    await writeContents(zarr, { ...contents, obs, uns: { ...facts.uns, ...contents.uns } });
    await refreshContainer(target, dialect, path, resolved.signal);
    resolved.signal?.throwIfAborted();
  });
}

/** What the attributes and `uns` of the new table say. */
async function describe(hierarchy: Hierarchy, annotation: Annotation | undefined) {
  const own = (await hierarchy.node(""))?.attributes.version;
  const version = typeof own === "string" ? own : TABLE_VERSIONS[hierarchy.zarrFormat];
  const common = { "spatialdata-encoding-type": "ngff:regions_table", version };
  if (!annotation) {
    return { attributes: { ...common, region: null, region_key: null, instance_key: null }, uns: {} };
  }
  const { regionKey: region_key, instanceKey: instance_key } = annotation;
  const names =
    annotation.regions.length > 0 ? annotation.regions : (await readRegions(hierarchy, annotation)).names;
  const region = names.length === 1 ? names[0] : [...names];
  const keys = { region, region_key, instance_key };
  return { attributes: { ...common, ...keys }, uns: { spatialdata_attrs: keys } };
}

async function requireCurrent(hierarchy: Hierarchy, spotCount: number): Promise<void> {
  const frame = await readObsFrame(hierarchy);
  if (frame.isCurrent && frame.spotCount === spotCount) return;
  throw new FormatError({
    path: "obs",
    found: frame.isCurrent ? `${numbered(frame.spotCount, "row")}` : "a dataframe of an old encoding",
    expected: frame.isCurrent
      ? `${numbered(spotCount, "row")}`
      : "encoding-version 0.2.0, as anndata 0.8 and later write",
    remedy: "Write the result to a new store, or the container again with a newer spatialdata.",
  });
}

/** Copies a key and all below it, as it is stored. */
async function copyAll(from: StagedStore, to: StagedStore, key: `/${string}`): Promise<void> {
  const bytes = await from.get(key);
  if (bytes !== undefined) return to.set(key, bytes);
  for (const name of await from.list(key)) await copyAll(from, to, `${key}/${name}`);
}

function taken(name: string, isSource: boolean): OptionError {
  return new OptionError({
    option: "new-table",
    value: name,
    rule: isSource ? "another name than that of the table that is read" : "a name that no table has yet",
    remedy: isSource
      ? `Choose another name, or add to the table itself (${optionName("inPlace")}).`
      : `Choose another name, or replace the table with ${optionName("overwrite")}.`,
  });
}
