import { compileKernel } from "./compile-kernel.js";
import { inflateWasm } from "./generated/inflate-wasm.js";

export interface Inflate {
  /**
   * Unpacks zlib's format. What it returns holds until the next call; undefined for more bytes than it keeps room for.
   *
   * @param most bytes that may come out
   * @throws Error for damaged bytes, and where more come out
   */
  inflate(packed: Uint8Array, most: number): Uint8Array | undefined;
  /** The same of gzip's format; undefined also for what is rare, such as several members, which others unpack. */
  gunzip(packed: Uint8Array, most: number): Uint8Array | undefined;
  /** The same of deflate's blocks alone, as zip files have them. */
  inflateRaw(packed: Uint8Array, most: number): Uint8Array | undefined;
}

interface Exports {
  readonly inflate: Unpack;
  readonly inflateRaw: Unpack;
  readonly blocksEnd: () => number;
  readonly crc32: (at: number, end: number) => number;
}

/** Where input and output of a call lie. */
interface Place {
  readonly inputEnd: number;
  readonly out: number;
  readonly outEnd: number;
}

type Unpack = (input: number, inputEnd: number, out: number, outEnd: number) => number;

/** Its tables lie before this. */
const INPUT = 2 ** 14 + 2 ** 13;
/** What it may read and write beyond an end. */
const SLACK = 64;
const MOST_BYTES = 2 ** 20;
const PAGE = 2 ** 16;
const TOO_LONG = -2;

/**
 * The kernel, in a memory of its own.
 *
 * @param mostBytes that it unpacks, and unpacks to; by default 1 MiB, for chunks so small that Node's zlib costs more around them than
 *   within
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function inflateKernel(mostBytes = MOST_BYTES): Inflate {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(compileKernel(inflateWasm), { env: { memory } });
  const kernel = instance.exports as unknown as Exports;
  let bytes = new Uint8Array(memory.buffer);

  /** Lays the input out before the room for the output, and says where both lie; undefined for more than is kept room for. */
  function layOut(given: Uint8Array, most: number): Place | undefined {
    if (given.length > mostBytes || most > mostBytes) return undefined;
    // What the last call returned would move with the memory.
    const packed = given.buffer === memory.buffer ? given.slice() : given;
    const inputEnd = INPUT + packed.length;
    const out = inputEnd + SLACK;
    const missing = out + most + SLACK - bytes.length;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / PAGE));
      bytes = new Uint8Array(memory.buffer);
    }
    bytes.set(packed, INPUT);
    bytes.fill(0, inputEnd, out);
    return { inputEnd, out, outEnd: out + most };
  }

  /** Bytes that came out of blocks from `start` on, of which `after` bytes follow; undefined where others are to decide. */
  function unpackBlocks({ inputEnd, out, outEnd }: Place, start: number, after: number): number | undefined {
    const length = kernel.inflateRaw(INPUT + start, inputEnd, out, outEnd);
    if (length === TOO_LONG) return undefined;
    if (length < 0) throw new Error("damaged bytes of deflate");
    return kernel.blocksEnd() + after === inputEnd ? length : undefined;
  }

  return {
    inflate(packed, most) {
      const place = layOut(packed, most);
      if (!place) return undefined;
      const { inputEnd, out, outEnd } = place;
      const length = kernel.inflate(INPUT, inputEnd, out, outEnd);
      if (length === TOO_LONG) throw new Error("zlib bytes that unpack to more than they may");
      if (length < 0) throw new Error("damaged zlib bytes");
      return bytes.subarray(out, out + length);
    },
    gunzip(packed, most) {
      const start = gzipStart(packed);
      if (start === undefined) return undefined;
      const trailer = new DataView(packed.buffer, packed.byteOffset + packed.length - TRAILER, TRAILER);
      const [checksum, size] = [trailer.getUint32(0, true), trailer.getUint32(4, true)];
      const place = size > most ? undefined : layOut(packed, size);
      if (!place) return undefined;
      const { out } = place;
      // Of several members the last one's size is no bound, and of what follows the first nothing is known.
      const length = unpackBlocks(place, start, TRAILER);
      if (length === undefined) return undefined;
      if (length !== size || kernel.crc32(out, out + length) >>> 0 !== checksum)
        throw new Error("damaged gzip bytes");
      return bytes.subarray(out, out + length);
    },
    inflateRaw(packed, most) {
      const place = layOut(packed, most);
      if (!place) return undefined;
      const length = unpackBlocks(place, 0, 0);
      return length === undefined ? undefined : bytes.subarray(place.out, place.out + length);
    },
  };
}

/** Bytes of a member's end: checksum and size. */
const TRAILER = 8;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/** Where a member's blocks begin (RFC 1952); undefined for a header with more to check. */
function gzipStart(packed: Uint8Array): number | undefined {
  const [first, second, method, flags] = packed;
  if (first !== 0x1f || second !== 0x8b || method !== 8 || flags & ~(HAS_EXTRA | HAS_NAME | HAS_COMMENT | 1))
    return undefined;
  let at = 10;
  if (flags & HAS_EXTRA) at += 2 + packed[at] + 256 * packed[at + 1];
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & flag)) continue;
    const end = packed.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  return at + TRAILER <= packed.length ? at : undefined;
}
