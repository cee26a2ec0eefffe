import { memoryStore } from "@flashdeconv/stores";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packStrings, unpackStrings } from "../src/codecs/vlen-utf8.js";
import { openArrays, writeArrays } from "../src/internal.js";

const numbers = (length: number) => new Float64Array(length);

async function stringsOf(names: AsyncIterable<{ count: number; offsets: Int32Array; bytes: Uint8Array }>) {
  const texts: string[] = [];
  for await (const { count, offsets, bytes } of names) {
    texts.push(...unpackStrings({ length: count, offsets, bytes }));
  }
  return texts;
}

describe("a store of arrays", () => {
  it("gives back what was written, to the bit, in either version and for any chunk length", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: false }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.string(), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(2 as const, 3 as const),
        async (doubles, integers, names, chunkLength, zarrFormat) => {
          const store = memoryStore();
          const contents = {
            attributes: { kept: { by: "a test", values: [1, 2.5] } },
            numbers: {
              doubles: Float64Array.from(doubles),
              singles: Float32Array.from(doubles),
              integers: Int32Array.from(integers),
            },
            strings: { names },
          };
          await writeArrays(store, contents, {
            zarrFormat,
            valuesPerChunk: chunkLength,
            spotsPerChunk: chunkLength,
          });
          const arrays = await openArrays(store);
          expect(arrays.attributes.kept).toEqual(contents.attributes.kept);
          const length = doubles.length;
          expect(await arrays.readNumbers("doubles", length, numbers)).toEqual(contents.numbers.doubles);
          const singles = await arrays.readNumbers("singles", length, (n) => new Float32Array(n));
          expect(singles).toEqual(contents.numbers.singles);
          const whole = await arrays.readNumbers("integers", integers.length, (n) => new Int32Array(n));
          expect(whole).toEqual(contents.numbers.integers);
          expect(await stringsOf(arrays.strings("names", names.length))).toEqual(
            unpackStrings(packStrings(names)),
          );
        },
      ),
      { numRuns: 40 },
    ));

  it("refuses arrays that are not there, of another length or kind, and lost chunks", async () => {
    const store = memoryStore();
    await writeArrays(
      store,
      { attributes: {}, numbers: { values: Float64Array.of(1, 2, 3) }, strings: { names: ["a"] } },
      { valuesPerChunk: 2 },
    );
    const arrays = await openArrays(store);
    await expect(arrays.readNumbers("other", 3, numbers)).rejects.toThrow(/other.*found nothing/);
    await expect(arrays.readNumbers("values", 4, numbers)).rejects.toThrow(/shape 3.*with 4 items/);
    await expect(arrays.readNumbers("names", 1, numbers)).rejects.toThrow(/string/);
    await store.delete("/values/1");
    await expect((await openArrays(store)).readNumbers("values", 3, numbers)).rejects.toThrow(
      /no chunk values\/1/,
    );
  });

  it("writes nothing once it is aborted", async () => {
    const store = memoryStore();
    const reason = new Error("enough");
    const contents = { attributes: {}, numbers: { values: Float64Array.of(1) }, strings: {} };
    await expect(writeArrays(store, contents, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await store.list?.("/")).toEqual([]);
  });
});
