import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { Hdf5Store } from "@flashdeconv/io-h5";
import { openRecords, type Records } from "@flashdeconv/io-h5/internal";
import { SIDE } from "./bin-map.js";
import { type EntryBatch, EntryBuffer } from "./entries.js";

/** Bins of a GEF file, and which of those that it holds they are made of. */
export interface GefBins {
  readonly path: string;
  /** Places along a side of a bin. */
  readonly edge: number;
  readonly stored: number;
}

/**
 * The records of a GEF file by bins: they lie gene by gene. Rows are bins, columns genes.
 *
 * @param ends of each gene where its records end
 * @throws FormatError where they are not as Stereo-seq's software writes them
 */
export async function* readGef(
  store: Hdf5Store,
  { path, edge, stored }: GefBins,
  ends: Float64Array,
  signal?: AbortSignal,
): AsyncIterable<EntryBatch> {
  const where = `geneExp/bin${stored}/expression`;
  const records = await openRecords(store.file, where);
  if (!records) throw broken(path, `no records in ${where}`);
  const { count, recordBytes, pieceLength } = records;
  const last = ends.length === 0 ? 0 : ends[ends.length - 1];
  if (last !== count) throw broken(path, `genes of ${numbered(last, "record")} for ${count} in ${where}`);
  const [readX, readY, readCount] = ["x", "y", "count"].map((name) => memberReader(path, records, name));
  const buffer = new EntryBuffer();
  let gene = 0;
  for (let piece = 0; piece * pieceLength < count; piece++) {
    signal?.throwIfAborted();
    const bytes = await records.read(piece, signal);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = piece * pieceLength;
    const length = Math.min(pieceLength, count - start);
    buffer.clear();
    for (let i = 0; i < length; i++) {
      while (start + i >= ends[gene]) gene++;
      const at = i * recordBytes;
      const x = readX(view, at);
      const y = readY(view, at);
      if (!isPlace(x, stored) || !isPlace(y, stored)) {
        throw broken(path, `the place ${x}, ${y} in record ${start + i} of ${where}`);
      }
      buffer.add(Math.floor(y / edge) * SIDE + Math.floor(x / edge), gene, readCount(view, at));
    }
    yield buffer;
  }
}

/** Places of larger bins are those of their first corner. */
function isPlace(at: number, stored: number): boolean {
  return at >= 0 && at < SIDE && at % stored === 0;
}

type ReadMember = (view: DataView, record: number) => number;

function memberReader(path: string, { members }: Records, name: string): ReadMember {
  const member = members.find((one) => one.name === name);
  if (member?.type.kind === "integer" && member.type.isPlain) {
    const { offset } = member;
    const { size, isSigned, bigEndian } = member.type;
    const little = !bigEndian;
    if (size === 1)
      return isSigned ? (view, at) => view.getInt8(at + offset) : (view, at) => view.getUint8(at + offset);
    if (size === 2)
      return isSigned
        ? (view, at) => view.getInt16(at + offset, little)
        : (view, at) => view.getUint16(at + offset, little);
    if (size === 4)
      return isSigned
        ? (view, at) => view.getInt32(at + offset, little)
        : (view, at) => view.getUint32(at + offset, little);
  }
  throw broken(path, `records with ${members.map((one) => one.name).join(", ") || "nothing"}`);
}

export function broken(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "whole numbers x (from 0 on), y and count by gene, as SAW and geftools write them",
    remedy: "Copy the GEF file again from the output of the run.",
  });
}
