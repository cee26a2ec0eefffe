import { constants, deflateSync } from "node:zlib";
import { useNodeCodecs } from "@flashdeconv/stores/node/internal";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { chunkInflater } from "../src/inflate-chunk.js";

beforeAll(() => useNodeCodecs());

/** What kernel and twin make of some bytes; "refused" for damage. */
async function bothWays(packed: Uint8Array, most: number): Promise<(number[] | "refused")[]> {
  const ways = (["wasm", "typescript"] as const).map(async (kernels) => {
    try {
      return [...(await chunkInflater(kernels)(packed, { most }))];
    } catch {
      return "refused" as const;
    }
  });
  return Promise.all(ways);
}

/** Bytes that repeat from near and far, as numbers and text do. */
const repeating = fc
  .tuple(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.array(fc.tuple(fc.nat(400), fc.nat(300)), { maxLength: 30 }),
  )
  .map(([start, runs]) => {
    const bytes = [...start];
    for (const [back, length] of runs) {
      const from = Math.max(0, bytes.length - 1 - back);
      for (let i = 0; i < length; i++) bytes.push(bytes[from + i]);
    }
    return Uint8Array.from(bytes);
  });
const anyBytes = fc.oneof(
  repeating,
  fc.uint8Array({ maxLength: 3000 }),
  fc.uint8Array({ max: 3, maxLength: 9000 }),
);
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_FIXED,
    constants.Z_RLE,
  ),
});

describe("the kernel unpacks what its twin unpacks", () => {
  it("whatever was packed, and however", async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, settings, async (bytes, options) => {
        const [kernel, twin] = await bothWays(deflateSync(bytes, options), bytes.length + 1);
        expect(kernel).toEqual([...bytes]);
        expect(twin).toEqual(kernel);
      }),
      { numRuns: 300 },
    );
  });

  it("and refuses what it refuses: damage, an early end, and more than may come out", async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, settings, fc.nat(), fc.nat(7), async (bytes, options, place, bit) => {
        const packed = deflateSync(bytes, options);
        const most = Math.max(1, bytes.length);
        const damaged = packed.slice();
        damaged[place % packed.length] ^= 1 << bit;
        const [kernel, twin] = await bothWays(damaged, most);
        expect(kernel).toEqual(twin);
        expect(await bothWays(packed.subarray(0, place % packed.length), most)).toEqual([
          "refused",
          "refused",
        ]);
        if (bytes.length > 1)
          expect(await bothWays(packed, bytes.length - 1)).toEqual(["refused", "refused"]);
      }),
      { numRuns: 300 },
    );
  });

  it("and leaves large chunks to it; what it lends holds until it is called again", () => {
    const inflate = chunkInflater("wasm");
    const large = new Uint8Array(2 ** 20 + 1);
    expect(inflate(deflateSync(large), { most: large.length })).toBeInstanceOf(Promise);
    const first = inflate(deflateSync(Uint8Array.of(1, 2, 3)), { most: 3 }) as Uint8Array;
    expect([...first]).toEqual([1, 2, 3]);
    // Its own output packed twice, at a moment when its memory has to grow.
    const twice = deflateSync(deflateSync(new Uint8Array(200_000)));
    const inner = inflate(twice, { most: 1000 }) as Uint8Array;
    expect(inflate(inner, { most: 200_000 })).toHaveLength(200_000);
  });
});
