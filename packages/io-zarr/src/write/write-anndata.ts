import type { StagedStore } from "@flashdeconv/stores";
import { settleAll } from "../settle-all.js";
import type { JsonObject } from "./array-description.js";
import { checkContents, columnNames } from "./check-contents.js";
import type { AnnDataContents } from "./contents.js";
import { nameColumns } from "./name-columns.js";
import { commitAfter, progressOver } from "./stage.js";
import { dataframesOf, tablesOf, writeAdditions } from "./write-additions.js";
import { dataframeAttributes, writeColumn } from "./write-columns.js";
import { writeCsrMatrix } from "./write-matrix.js";
import { writeNames } from "./write-names.js";
import { resolveWriteOptions, type WriteOptions } from "./write-options.js";
import { DICT_ATTRIBUTES } from "./write-uns.js";
import { dialectOf } from "./zarr-dialects.js";
import { ZarrWriter } from "./zarr-writer.js";

export const ROOT_ATTRIBUTES = { "encoding-type": "anndata", "encoding-version": "0.1.0" };
const DICTS = ["layers", "obsm", "obsp", "uns", "varm", "varp"];

/**
 * Writes a whole AnnData object to an empty store and commits it, as AnnData 0.8 and later lay it out
 * (https://anndata.readthedocs.io/en/stable/fileformat-prose.html), with consolidated metadata. Matrices and tables are
 * streamed, each read once.
 *
 * @throws ShapeError if lengths disagree, FormatError for a name that cannot be stored, OptionError for a bad option,
 *   StoreError if the store refuses; the signal's reason if it was aborted. The store is discarded then.
 */
export async function writeAnnData(
  target: StagedStore,
  contents: AnnDataContents,
  options?: WriteOptions,
): Promise<void> {
  await commitAfter(target, async () => {
    const resolved = resolveWriteOptions(options);
    checkContents(contents);
    const named = { ...contents, obs: nameColumns(contents.obs), var: nameColumns(contents.var) };
    resolved.signal?.throwIfAborted();
    const zarr = new ZarrWriter(target, dialectOf(resolved.zarrFormat), resolved);
    await writeGroups(
      zarr,
      { ...ROOT_ATTRIBUTES, ...contents.attributes },
      { obs: columnNames(named.obs), var: columnNames(named.var) },
    );
    await writeContents(zarr, named);
    await zarr.consolidate();
    resolved.signal?.throwIfAborted();
  });
}

/** The groups of an AnnData object without what lies in them. */
export async function writeGroups(
  zarr: ZarrWriter,
  attributes: JsonObject,
  columns: { readonly obs: readonly string[]; readonly var?: readonly string[] },
): Promise<void> {
  await zarr.group("", attributes);
  for (const name of DICTS) await zarr.group(name, DICT_ATTRIBUTES);
  await zarr.group("obs", dataframeAttributes(columns.obs));
  await zarr.group("var", dataframeAttributes(columns.var ?? []));
}

export async function writeContents(zarr: ZarrWriter, contents: AnnDataContents): Promise<void> {
  const { spotCount, spotNames, geneNames, X, layers = {} } = contents;
  const matrices = [
    ...(X === undefined ? [] : ([["X", X]] as const)),
    ...Object.entries(layers).map(([name, source]) => [`layers/${name}`, source] as const),
  ];
  const sources = matrices.map(([, source]) => source);
  const onSpots = progressOver([...sources, ...tablesOf(contents)], zarr.options.onProgress);
  await zarr.during(async () => {
    await settleAll([
      writeNames(zarr, ["obs", ...dataframesOf(contents)], spotNames, spotCount),
      writeNames(zarr, ["var"], geneNames, X?.width),
      writeAdditions(zarr, contents, onSpots),
    ]);
    for (const column of contents.var ?? []) await writeColumn(zarr, "var", column);
    await settleAll(matrices.map(([path, source]) => writeCsrMatrix(zarr, path, source, onSpots)));
  });
}
