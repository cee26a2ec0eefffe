import { OptionError, type Progress } from "@flashdeconv/core";
import { type OutputHint, writeAnnData, ZARR } from "@flashdeconv/io-zarr";
import { type StagedFile, stagedZip } from "@flashdeconv/stores/internal";
import { reportOf } from "./report/report-of.js";
import { contentsOf, keyOf, type ReadingOptions, type ResultSource, tablesOf } from "./result-source.js";
import { gzipStream } from "./tables/csv/gzip-stream.js";
import { writeCsv } from "./tables/csv/write-csv.js";
import { writeH5adFile } from "./tables/h5ad/h5ad-sink.js";
import { tableSink } from "./tables/table-sink.js";

export interface SaveOptions extends ReadingOptions {
  /** What a report calls the result; its key by default. */
  readonly name?: string;
  readonly onProgress?: (progress: Progress) => void;
}

type Save = (source: ResultSource, file: StagedFile, options: SaveOptions) => Promise<void>;

const SAVES = {
  "zarr.zip": async (source, file, options) => {
    const { signal, onProgress } = options;
    const like: OutputHint | undefined = "store" in source ? undefined : source.like;
    const contents = await contentsOf(source, options);
    await writeAnnData(stagedZip(file, ZARR), contents, { like, signal, onProgress });
  },
  h5ad: async (source, file, options) => writeH5adFile(file, await contentsOf(source, options), options),
  csv: (source, file, options) => saveTable(source, file, options),
  "csv.gz": (source, file, options) => saveTable(source, file, { ...options, pack: gzipStream }),
  report: async (source, file, options) => {
    const { html } = await reportOf(source, options);
    await file.append(new TextEncoder().encode(html));
    await file.commit();
  },
} satisfies Record<string, Save>;

/** What a result is saved as: AnnData in a zipped Zarr store or in HDF5, a table of a row per spot, a page. */
export type SaveFormat = keyof typeof SAVES;
export const SAVE_FORMATS = Object.freeze(Object.keys(SAVES) as SaveFormat[]);

/**
 * Writes a result to a file, as the command line does. Tables are streamed: beside them at most a few MiB are held. The file is there when
 * this resolves; where it rejects, nothing of it is.
 *
 * @throws OptionError for an unknown format, a store without a result of the key, and a type whose name a table cannot have;
 *   FormatError for a store without a result of ours; what the file throws; the signal's reason if it was aborted
 */
export async function saveAs(
  format: SaveFormat,
  source: ResultSource,
  file: StagedFile,
  options: SaveOptions = {},
): Promise<void> {
  try {
    const save: Save | undefined = Object.hasOwn(SAVES, format) ? SAVES[format] : undefined;
    if (save === undefined) {
      const rule = `one of ${SAVE_FORMATS.join(", ")}`;
      throw new OptionError({ option: "format", value: format, rule, isRequired: true });
    }
    await save(source, file, options);
  } catch (error) {
    // What went wrong first is what is told.
    await file.discard().catch(() => undefined);
    throw error;
  }
}

async function saveTable(
  source: ResultSource,
  file: StagedFile,
  { pack, ...options }: SaveOptions & { readonly pack?: typeof gzipStream },
): Promise<void> {
  const { tables, description } = await tablesOf(source, options);
  const { signal, onProgress } = options;
  const layout = { ...("layout" in source ? source.layout : {}), key: keyOf(source) };
  const sink = tableSink(
    file,
    { write: (content, target) => writeCsv(content, target, pack) },
    { layout, signal, onProgress },
  );
  await sink.write(tables, description);
}
