import { constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflateHere } from "../src/codecs/inflate-here.js";
import { unpack } from "../src/codecs/unpack.js";
import { unpackStream } from "../src/zip/unpack-stream.js";

type Format = "gzip" | "deflate" | "deflate-raw";

const PACK = { gzip: gzipSync, deflate: deflateSync, "deflate-raw": deflateRawSync };

/** What a stream makes of some bytes; "refused" for damage and for too much. */
async function byStream(format: Format, packed: Uint8Array<ArrayBuffer>, most: number) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream(format));
  const bytes = await new Response(stream).bytes().catch(() => undefined);
  return bytes === undefined || bytes.length > most ? "refused" : [...bytes];
}

async function unpacked(format: Format, packed: Uint8Array, most: number) {
  const unpacking =
    format === "deflate-raw"
      ? unpackStream(new Uint8Array(packed), most)
      : unpack(format === "gzip" ? "gzip" : "zlib", packed, { most });
  return unpacking.then(
    (bytes) => [...bytes],
    () => "refused" as const,
  );
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.uint8Array({ max: 3, maxLength: 9000 }),
  fc.nat(40_000).map((length) => Uint8Array.from({ length }, (_, i) => (i * i) >> 7)),
);
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_FIXED),
});
const format = fc.constantFrom<Format>("gzip", "deflate", "deflate-raw");

/** The same member with a name, a comment and more in its header. */
function withHeader(gzipped: Uint8Array, flags: number): Uint8Array<ArrayBuffer> {
  const extra = flags & 4 ? [3, 0, 7, 8, 9] : [];
  const texts = [8, 16].flatMap((flag) => (flags & flag ? [102, 100, 0] : []));
  return Uint8Array.from([
    ...gzipped.subarray(0, 3),
    flags,
    ...gzipped.subarray(4, 10),
    ...extra,
    ...texts,
    ...gzipped.subarray(10),
  ]);
}

describe("what is unpacked without a stream", () => {
  it("is what was packed, however", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, settings, format, async (given, options, format) => {
        const packed = PACK[format](given, options);
        expect([...(inflateHere(format, packed, given.length) ?? [])]).toEqual([...given]);
        expect(await unpacked(format, packed, given.length)).toEqual([...given]);
        if (given.length > 0) expect(await unpacked(format, packed, given.length - 1)).toBe("refused");
      }),
      { numRuns: 200 },
    );
  });

  it("is refused where a stream refuses it, and else the same", async () => {
    const damage = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat(7) });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(bytes, format, damage, async (given, format, { at, bit }) => {
        const packed = new Uint8Array(PACK[format](given));
        packed[Math.min(packed.length - 1, Math.floor(at * packed.length))] ^= 1 << bit;
        const twin = await byStream(format, packed, 50_000);
        if (twin === "refused") refused++;
        expect(await unpacked(format, packed, 50_000)).toEqual(twin);
      }),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it.each([
    ["with a name", (one: Uint8Array) => withHeader(one, 8), true],
    ["with all a header may have", (one: Uint8Array) => withHeader(one, 4 | 8 | 16), true],
    ["of two members", (one: Uint8Array) => Uint8Array.from([...one, ...one]), false],
    ["with something behind it", (one: Uint8Array) => Uint8Array.from([...one, 1, 2, 3]), false],
    ["cut off", (one: Uint8Array) => Uint8Array.from(one.subarray(0, -5)), false],
    ["empty", () => new Uint8Array(0), false],
  ])("is what a stream gives of a file %s", async (_, change, isHere) => {
    const packed = change(gzipSync(Uint8Array.from({ length: 5000 }, (_, i) => i >> 3)));
    const here = () => inflateHere("gzip", packed, 20_000);
    if (isHere) expect(here()).toHaveLength(5000);
    expect(await unpacked("gzip", packed, 20_000)).toEqual(await byStream("gzip", packed, 20_000));
  });
});
