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
}

interface Exports {
  readonly inflate: (input: number, inputEnd: number, out: number, outEnd: number) => number;
}

/** Its tables lie before this. */
const INPUT = 2 ** 14;
/** What it may read and write beyond an end. */
const SLACK = 64;
const MOST_BYTES = 2 ** 20;
const PAGE = 2 ** 16;
const TOO_LONG = -2;

/**
 * The kernel, in a memory of its own (2 MiB at most). For chunks so small that Node's zlib costs more around them than within.
 *
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function inflateKernel(): Inflate {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(compileKernel(inflateWasm), { env: { memory } });
  const kernel = instance.exports as unknown as Exports;
  let bytes = new Uint8Array(memory.buffer);
  return {
    inflate(given, most) {
      if (given.length > MOST_BYTES || most > MOST_BYTES) return undefined;
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
      const length = kernel.inflate(INPUT, inputEnd, out, out + most);
      if (length === TOO_LONG) throw new Error("zlib bytes that unpack to more than they may");
      if (length < 0) throw new Error("damaged zlib bytes");
      return bytes.subarray(out, out + length);
    },
  };
}
