import { type ChunkSource, type CsrChunk, FormatError, type Notice } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import type { EntryBatch } from "./entries.js";
import { numberedRows } from "./numbered-rows.js";
import { readMtx } from "./read-mtx.js";
import type { EntryShape } from "./sort-entries.js";
import type { Spool } from "./spool.js";
import { type Bytes, eachLine, nameAt } from "./text-lines.js";

/** The three files of a matrix in Market Exchange, unpacked as they are read. */
export interface MexFiles {
  readonly matrix: MexFile;
  readonly barcodes: MexFile;
  readonly features: MexFile;
}

export interface MexFile {
  readonly path: string;
  read(): Bytes;
}

export interface MexContents extends AnnDataContents {
  readonly spotNames: readonly string[];
  readonly X: ChunkSource<CsrChunk>;
  readonly entryCount: number;
}

export interface IngestOptions {
  /** Where entries are put aside until they can be put in order: 12 bytes for each. */
  readonly spool: Spool;
  readonly signal?: AbortSignal;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * Spots and genes of a matrix in Market Exchange, as Cell Ranger writes it: features by barcodes. A matrix that lies the other way round, as other
 * programs write it, is told by its sizes.
 *
 * @throws FormatError where files are damaged or their lengths disagree
 */
export async function ingestMex(files: MexFiles, options: IngestOptions): Promise<MexContents> {
  const { spool, signal } = options;
  const barcodes = (await readFields(files.barcodes, signal)).map(([name]) => name);
  const features = await readFields(files.features, signal);
  let size: EntryShape | undefined;
  let isTurned = false;
  const entries = readMtx(files.matrix.read(), files.matrix.path, ({ rowCount, columnCount, entryCount }) => {
    const isUsual = rowCount === features.length && columnCount === barcodes.length;
    isTurned = !isUsual && rowCount === barcodes.length && columnCount === features.length;
    if (!isUsual && !isTurned) {
      throw new FormatError({
        path: files.matrix.path,
        found: `${rowCount} x ${columnCount} for ${numbered(features.length, "feature")} and ${numbered(barcodes.length, "barcode")}`,
        expected: "a row for each feature and a column for each barcode",
        remedy: "Give the three files of one run together.",
      });
    }
    size = { rowCount: barcodes.length, columnCount: features.length, entryCount };
  });
  const bySpot = spotsFirst(entries, () => isTurned);
  const X = await numberedRows(bySpot, () => size as EntryShape, spool, signal);
  const { entryCount } = (spool.finished?.facts ?? size) as EntryShape;
  return { ...describeFeatures(features), spotCount: barcodes.length, spotNames: barcodes, X, entryCount };
}

/** Entries with the barcode as the row. The arrays are the batch's own, and changed in place. */
async function* spotsFirst(
  batches: AsyncIterable<EntryBatch>,
  isTurned: () => boolean,
): AsyncIterable<EntryBatch> {
  for await (const batch of batches) {
    if (!isTurned()) {
      const { rows, columns, length } = batch;
      for (let i = 0; i < length; i++) {
        const feature = rows[i];
        rows[i] = columns[i];
        columns[i] = feature;
      }
    }
    yield batch;
  }
}

/** Cell Ranger 3 writes id, name and kind, version 2 id and name; others names alone. */
function describeFeatures(
  features: readonly (readonly string[])[],
): Pick<AnnDataContents, "geneNames" | "var"> {
  const width = Math.min(...features.map(({ length }) => length));
  if (!(width > 1)) return { geneNames: features.map(([name]) => name) };
  const column = (name: string, at: number) =>
    ({ kind: "string", name, values: features.map((fields) => fields[at]) }) as const;
  return {
    // As Stereo-seq's software does for a gene without a name.
    geneNames: features.map(([id, name]) => name.trim() || id),
    var: [column("gene_ids", 0), ...(width > 2 ? [column("feature_types", 2)] : [])],
  };
}

const TAB = "\t";

async function readFields({ path, read }: MexFile, signal?: AbortSignal): Promise<string[][]> {
  const rows: string[][] = [];
  let empty: number | undefined;
  const onLine = (bytes: Uint8Array, from: number, to: number, number: number) => {
    if (from === to) {
      empty ??= number;
      return;
    }
    const fields = nameAt(bytes, from, to).split(TAB);
    // Only after the last name may lines be empty: one for each row or column of the matrix.
    const nameless = empty ?? (fields.slice(0, 2).every((field) => field.trim() === "") ? number : undefined);
    if (nameless !== undefined) throw withoutName(path, `no name in line ${nameless}`);
    rows.push(fields);
  };
  for await (const _ of eachLine(read(), path, onLine)) signal?.throwIfAborted();
  if (rows.length === 0) throw withoutName(path, "no line");
  return rows;
}

function withoutName(path: string, found: string): FormatError {
  const remedy = "Copy the file again from the output of the run.";
  return new FormatError({ path, found, expected: "a name in each line", remedy });
}
