import { chooseKernel, type Lz4, lz4Kernel } from "@flashdeconv/kernels";

// Blosc 1 frames (https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst): a head, where each block begins, and blocks, each of
// one stream or of one for each byte of a number.

const HEAD_BYTES = 16;
const VERSION = 2;
const SHUFFLED = 0x01;
const PLAIN = 0x02;
const BIT_SHUFFLED = 0x04;
const NEVER_SPLIT = 0x10;
/** Of the compressor, in the upper three bits. */
const LZ4 = 1;
/** A block is split into streams for numbers of so many bytes at most, and from so many numbers on. */
const MOST_STREAMS = 16;
const LEAST_NUMBERS = 128;

let kernel: Lz4 | undefined | null = null;

/**
 * Unpacks a frame whose head has been checked (`checkBloscFrame`), block by block; undefined where that is another decoder's work.
 *
 * @throws Error for damaged bytes
 */
export function unpackBloscFrame(frame: Uint8Array): Uint8Array | undefined {
  const head = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = head.getUint8(2);
  const size = head.getUint8(3);
  const length = head.getUint32(4, true);
  const blockLength = head.getUint32(8, true);
  const isOurs = head.getUint8(0) === VERSION && !(flags & (PLAIN | BIT_SHUFFLED)) && flags >> 5 === LZ4;
  if (!isOurs || size === 0 || blockLength === 0) return undefined;
  if (kernel === null) kernel = chooseKernel("auto", lz4Kernel);
  if (!kernel) return undefined;
  const out = new Uint8Array(length);
  for (let block = 0; block * blockLength < length; block++) {
    const part = out.subarray(block * blockLength, (block + 1) * blockLength);
    const isSplit =
      !(flags & NEVER_SPLIT) &&
      part.length === blockLength &&
      size <= MOST_STREAMS &&
      Math.floor(blockLength / size) >= LEAST_NUMBERS;
    if (isSplit && blockLength % size > 0) throw new Error("its Blosc blocks are of parts of numbers");
    const streams = streamsAt(head, wordAt(head, HEAD_BYTES + 4 * block), isSplit ? size : 1);
    if (!kernel.unpack({ streams, size: flags & SHUFFLED ? size : 1 }, part)) return undefined;
  }
  return out;
}

function wordAt(head: DataView, at: number): number {
  if (at < HEAD_BYTES || at + 4 > head.byteLength) throw new Error("its Blosc blocks lie beyond its end");
  return head.getUint32(at, true);
}

function streamsAt(head: DataView, at: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const length = wordAt(head, at);
    const start = at + 4;
    if (length > head.byteLength - start) throw new Error("its Blosc blocks lie beyond its end");
    at = start + length;
    return new Uint8Array(head.buffer, head.byteOffset + start, length);
  });
}
