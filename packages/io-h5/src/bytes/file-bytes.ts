import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { RangeReader } from "@flashdeconv/stores";
import type { Widths } from "./cursor.js";

/** Metadata lie strewn: they are read by blocks of this many bytes, of which the last used are kept. */
const BLOCK_BYTES = 2 ** 16;
const MOST_BLOCKS = 64;

/** What the kept blocks take at most. */
export const KEPT_BYTES = BLOCK_BYTES * MOST_BLOCKS;

/** The bytes of an HDF5 file by the addresses it uses. */
export interface FileBytes {
  readonly name: string;
  /** Bytes that addresses can mean. */
  readonly size: number;
  readonly widths: Widths;
  /** So many bytes, asked for exactly: stored values, nodes of large indexes. */
  read(address: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** So many bytes of metadata, out of blocks that are kept. Not to be written to. */
  look(address: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** As `look`, of fewer bytes where the file ends. */
  lookUpTo(address: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** @param base where address 0 lies */
export function fileBytes(
  reader: RangeReader,
  place: { readonly name: string; readonly fileSize: number; readonly base: number },
  widths: Widths,
): FileBytes {
  const { name, fileSize, base } = place;
  const size = fileSize - base;
  const blocks = new Map<number, Promise<Uint8Array>>();

  const requireInside = (address: number, length: number) => {
    if (address >= 0 && length >= 0 && address + length <= size) return;
    throw new Error(`${numbered(length, "byte")} at ${address} of ${size}`);
  };

  const readNow = async (address: number, length: number, signal?: AbortSignal): Promise<Uint8Array> => {
    signal?.throwIfAborted();
    try {
      const bytes = await reader.read(base + address, length, { signal });
      signal?.throwIfAborted();
      if (bytes.length !== length) throw new Error(`${numbered(bytes.length, "byte")} of ${length}`);
      return bytes;
    } catch (cause) {
      signal?.throwIfAborted();
      if (isFlashdeconvError(cause)) throw cause;
      throw new StoreError({
        path: name,
        found: `a failure to read (${cause instanceof Error ? cause.message : String(cause)})`,
        expected: "readable bytes",
        remedy: "Check the disk or connection and the permissions of the file, then run again.",
        cause,
      });
    }
  };

  const block = (number: number): Promise<Uint8Array> => {
    const start = number * BLOCK_BYTES;
    const bytes = blocks.get(number) ?? readNow(start, Math.min(BLOCK_BYTES, size - start));
    blocks.delete(number);
    blocks.set(number, bytes);
    bytes.catch(() => blocks.delete(number));
    if (blocks.size > MOST_BLOCKS) blocks.delete(blocks.keys().next().value as number);
    return bytes;
  };

  const files: FileBytes = {
    name,
    size,
    widths,
    async read(address, length, signal) {
      requireInside(address, length);
      return length === 0 ? new Uint8Array(0) : readNow(address, length, signal);
    },
    async look(address, length, signal) {
      requireInside(address, length);
      const first = Math.floor(address / BLOCK_BYTES);
      const last = Math.floor((address + length - 1) / BLOCK_BYTES);
      if (length === 0) return new Uint8Array(0);
      if (last > first + 1) return readNow(address, length, signal);
      signal?.throwIfAborted();
      const parts = await Promise.all(first === last ? [block(first)] : [block(first), block(last)]);
      const from = address - first * BLOCK_BYTES;
      if (parts.length === 1) return parts[0].subarray(from, from + length);
      const bytes = new Uint8Array(length);
      bytes.set(parts[0].subarray(from));
      bytes.set(parts[1].subarray(0, length - (BLOCK_BYTES - from)), BLOCK_BYTES - from);
      return bytes;
    },
    lookUpTo: (address, length, signal) =>
      files.look(address, Math.min(length, Math.max(0, size - address)), signal),
  };
  return files;
}
