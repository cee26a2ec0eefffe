import { compileKernel } from "./compile-kernel.js";
import { lz4Wasm } from "./generated/lz4-wasm.js";

export interface Lz4Block {
  /** One after the other, each of as many bytes unpacked; one that is as long already is not packed. */
  readonly streams: readonly Uint8Array[];
  /** Bytes of a number whose bytes were sorted by their place in it; 1 where they were not. */
  readonly size: number;
}

export interface Lz4 {
  /**
   * Unpacks a block to fill `out`.
   *
   * @returns whether it could: false for more bytes than there is room for
   * @throws Error for damaged bytes, with anything in `out`
   */
  unpack(block: Lz4Block, out: Uint8Array): boolean;
}

interface Exports {
  readonly unpack: (at: number, end: number, out: number, outEnd: number) => number;
  readonly unshuffle: (from: number, to: number, length: number, size: number) => void;
}

/** What the kernel may read and write beyond an end. */
const SLACK = 16;
const MOST_BYTES = 2 ** 22;
const PAGE = 2 ** 16;

/**
 * The kernel, in a memory of its own (13 MiB at most).
 *
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function lz4Kernel(): Lz4 {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(compileKernel(lz4Wasm), { env: { memory } });
  const kernel = instance.exports as unknown as Exports;
  let bytes = new Uint8Array(memory.buffer);
  const reserve = (end: number) => {
    const missing = end - bytes.length;
    if (missing <= 0) return;
    memory.grow(Math.ceil(missing / PAGE));
    bytes = new Uint8Array(memory.buffer);
  };
  return {
    unpack({ streams, size }, out) {
      const longest = streams.reduce((most, { length }) => Math.max(most, length), 0);
      if (out.length > MOST_BYTES || longest > MOST_BYTES) return false;
      const joined = out.length + SLACK;
      const input = (size > 1 ? 2 : 1) * joined;
      reserve(input + longest + SLACK);
      const length = out.length / streams.length;
      for (const [i, stream] of streams.entries()) {
        const at = i * length;
        if (stream.length === length) {
          bytes.set(stream, at);
          continue;
        }
        bytes.set(stream, input);
        if (!kernel.unpack(input, input + stream.length, at, at + length))
          throw new Error("damaged LZ4 bytes");
      }
      if (size > 1) kernel.unshuffle(0, joined, out.length, size);
      const from = size > 1 ? joined : 0;
      out.set(bytes.subarray(from, from + out.length));
      return true;
    },
  };
}
