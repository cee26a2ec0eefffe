import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Chunk,
  type ChunkSource,
  type CsrChunk,
  collect,
  mapChunks,
  memorySource,
  OptionError,
  rechunk,
} from "../src/index.js";
import { sliceChunk } from "../src/internal.js";
import { concatChunks } from "../src/slice-chunk.js";
import { checkSource } from "../src/testing.js";
import { csrMatrices, denseMatrix } from "./chunks.js";

describe("sources made here keep the contract", () => {
  it("memorySource, mapChunks and rechunk over any matrix and chunk size", async () => {
    await fc.assert(
      fc.asyncProperty(
        csrMatrices,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        async (matrix, a, b) => {
          const source = memorySource(matrix, { spotsPerChunk: a });
          await checkSource(source);
          await checkSource(
            mapChunks(source, (chunk) => ({ ...chunk, values: chunk.values.map((value) => value + 1) })),
          );
          await checkSource(rechunk(source, b));
          expect(await collect(rechunk(source, b))).toEqual(matrix);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("dense sources too", async () => {
    const matrix = denseMatrix(23, 3);
    await checkSource(memorySource(matrix, { spotsPerChunk: 4 }));
    await checkSource(rechunk(memorySource(matrix, { spotsPerChunk: 4 }), 7));
    expect(await collect(memorySource(matrix, { spotsPerChunk: 5 }))).toEqual(matrix);
  });
});

describe("rechunk", () => {
  it("gives chunks of the asked size, the last one shorter", async () => {
    const sizes: number[] = [];
    const source = rechunk(memorySource(denseMatrix(10, 2), { spotsPerChunk: 4 }), 3);
    for await (const chunk of source.chunks()) sizes.push(chunk.spotCount);
    expect(sizes).toEqual([3, 3, 3, 1]);
    expect(() => rechunk(source, 0)).toThrow(OptionError);
  });
});

describe("slice and concat", () => {
  it("undo each other", () => {
    fc.assert(
      fc.property(csrMatrices, fc.nat(40), (matrix, at) => {
        const cut = Math.min(at, matrix.spotCount);
        const parts = [sliceChunk(matrix, 0, cut), sliceChunk(matrix, cut, matrix.spotCount)];
        expect(concatChunks(parts)).toEqual(matrix);
      }),
    );
  });
});

describe("checkSource", () => {
  const matrix = sliceChunk({ ...denseMatrix(9, 2) } as Chunk, 0, 9);
  const good = memorySource<Chunk>(matrix, { spotsPerChunk: 2 });
  const sparse: CsrChunk = {
    kind: "csr",
    spotStart: 0,
    spotCount: 1,
    width: 3,
    indptr: Int32Array.of(0, 2),
    indices: Int32Array.of(2, 1),
    values: Float32Array.of(1, 1),
  };

  it.each<[string, RegExp, ChunkSource<Chunk>]>([
    [
      "a gap",
      /starts at spot 3 where 2 was due/,
      mapChunks(good, (c) => (c.spotStart === 2 ? { ...c, spotStart: 3 } : c)),
    ],
    ["a short pass", /ended at spot 9 of 10/, { ...good, spotCount: 10 }],
    ["unordered indices", /out of order or range/, memorySource<Chunk>(sparse)],
    [
      "a second pass that differs",
      /second pass differs at spot 0/,
      (() => {
        let value = 0;
        return mapChunks(good, (c) => ({ ...c, values: c.values.map(() => value++) }));
      })(),
    ],
    [
      "chunks that share memory with the next pass",
      /differs/,
      {
        ...good,
        async *chunks() {
          yield matrix;
        },
      },
    ],
    ["an ignored range", /range 0\.\.0/, { ...good, chunks: () => good.chunks() }],
    [
      "an ignored signal",
      /did not throw the signal's reason/,
      { ...good, chunks: (options) => good.chunks({ ...options, signal: undefined }) },
    ],
    [
      "silent progress",
      /progress ended at 0 of 9/,
      { ...good, chunks: (options) => good.chunks({ ...options, onProgress: undefined }) },
    ],
  ])("notices %s", async (_, message, source) => {
    await expect(checkSource(source)).rejects.toThrow(message);
  });
});
