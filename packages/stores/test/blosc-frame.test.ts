import fc from "fast-check";
import Blosc from "numcodecs/blosc";
import LZ4 from "numcodecs/lz4";
import { describe, expect, it } from "vitest";
import { unpackBloscFrame } from "../src/codecs/blosc-frame.js";
import { unpack } from "../src/codecs/unpack.js";

/** Bytes as chunks have them: numbers of each width, repeated here and there, and what is left of one at the end. */
const content = fc
  .record({
    size: fc.constantFrom(1, 2, 3, 4, 8, 16, 20),
    count: fc.integer({ min: 1, max: 20_000 }),
    greatest: fc.constantFrom(1, 3, 200, 2 ** 31),
    repeat: fc.constantFrom(1, 2, 5, 17, 400),
    seed: fc.nat(),
  })
  .map(({ size, count, greatest, repeat, seed }) => {
    const bytes = new Uint8Array(count);
    let state = seed + 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      if (i % (size * repeat) === 0) value = (state >>> 1) % greatest;
      bytes[i] = i % size < 4 ? value >>> (8 * (i % size)) : 0;
    }
    return { size, bytes };
  });

interface Frame {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly blockNumbers: number;
  readonly isShuffled: boolean;
  readonly neverSplits: boolean;
}

const frames: fc.Arbitrary<Frame> = fc
  .record({
    content,
    blockNumbers: fc.constantFrom(1, 100, 128, 1000, 5000),
    isShuffled: fc.boolean(),
    neverSplits: fc.boolean(),
  })
  .map(({ content: { size, bytes }, ...rest }) => ({ size, bytes, ...rest }));

/** A frame as C-Blosc 1 makes it of LZ4 streams. */
async function frameOf({ bytes, size, blockNumbers, isShuffled, neverSplits }: Frame): Promise<Uint8Array> {
  const blockLength = Math.min(size * blockNumbers, bytes.length - (bytes.length % size) || bytes.length);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += blockLength) {
    const part = bytes.subarray(at, at + blockLength);
    const sorted = isShuffled && size > 1 ? shuffled(part, size) : part;
    const isSplit = !neverSplits && size <= 16 && blockLength / size >= 128 && part.length === blockLength;
    const length = isSplit ? blockLength / size : part.length;
    const streams: Uint8Array[] = [];
    for (let from = 0; from < part.length; from += length) {
      const plain = sorted.slice(from, from + length);
      const packed = (
        (await LZ4.fromConfig({ id: "lz4" } as never).encode(plain as never)) as Uint8Array
      ).slice(4);
      streams.push(packed.length < plain.length ? packed : plain);
    }
    blocks.push(joined(streams.flatMap((stream) => [words(stream.length), stream])));
  }
  const starts: number[] = [];
  let end = 16 + 4 * blocks.length;
  for (const block of blocks) {
    starts.push(end);
    end += block.length;
  }
  const flags = (isShuffled ? 1 : 0) | (neverSplits ? 0x10 : 0) | (1 << 5);
  const head = Uint8Array.of(2, 1, flags, size);
  return joined([head, words(bytes.length, blockLength, end, ...starts), ...blocks]);
}

function shuffled(part: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(part.length / size);
  const sorted = part.slice();
  for (let i = 0; i < count * size; i++) sorted[(i % size) * count + Math.floor(i / size)] = part[i];
  return sorted;
}

function words(...numbers: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What the kernel makes of a frame, and its twin, C-Blosc. */
async function bothWays(frame: Uint8Array): Promise<(Uint8Array | undefined)[]> {
  const twin = await Blosc.fromConfig({ id: "blosc" } as never).decode(frame as never);
  return [unpackBloscFrame(frame), Uint8Array.from(twin)];
}

describe("Blosc frames of LZ4", () => {
  it("unpack to what C-Blosc unpacks them to, of any width of numbers and length of blocks", () =>
    fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        const expected = Uint8Array.from(frame.bytes);
        expect(await bothWays(await frameOf(frame))).toEqual([expected, expected]);
      }),
      { numRuns: 200 },
    ));

  it("of other compressors, shuffled by bits or stored plain are left to C-Blosc", () =>
    fc.assert(
      fc.asyncProperty(
        content,
        fc.constantFrom("lz4", "lz4hc", "zstd", "zlib", "blosclz"),
        fc.constantFrom(0, 1, 9),
        fc.constantFrom(0, 1, 2),
        async ({ bytes }, cname, clevel, shuffle) => {
          const codec = Blosc.fromConfig({ id: "blosc", cname, clevel, shuffle } as never);
          const packed = ((await codec.encode(bytes as never)) as Uint8Array).slice();
          expect(await unpack("blosc", packed, { most: bytes.length })).toEqual(Uint8Array.from(bytes));
        },
      ),
      { numRuns: 60 },
    ));

  it("that are damaged end in an error or in as many bytes, and the next is unpacked as ever", () =>
    fc.assert(
      fc.asyncProperty(
        frames,
        fc.array(fc.record({ at: fc.nat(), to: fc.nat(255) }), { minLength: 1, maxLength: 4 }),
        async (frame, changes) => {
          const whole = await frameOf(frame);
          const damaged = whole.slice();
          // Its head is checked before.
          for (const { at, to } of changes) damaged[16 + (at % (whole.length - 16))] = to;
          let found: Uint8Array | undefined;
          try {
            found = unpackBloscFrame(damaged);
          } catch (error) {
            expect((error as Error).message).toMatch(/damaged LZ4 bytes|Blosc blocks/);
          }
          if (found) expect(found.length).toBe(frame.bytes.length);
          expect(unpackBloscFrame(whole)).toEqual(Uint8Array.from(frame.bytes));
        },
      ),
      { numRuns: 300 },
    ));
});
