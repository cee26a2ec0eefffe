import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Chunk,
  type ChunkSource,
  type CsrChunk,
  collect,
  concatChunks,
  mapChunks,
  memorySource,
  OptionError,
  prefetch,
  rechunk,
  sliceChunk,
} from "../src/index.js";
import { checkSource } from "../src/testing.js";
import { csrMatrices, denseMatrix } from "./chunks.js";

describe("sources made here keep the contract", () => {
  it("memorySource, mapChunks, rechunk and prefetch over any matrix and chunk size", async () => {
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
          await checkSource(prefetch(source, { maxBytes: 8 * b }));
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

describe("prefetch", () => {
  /** Counts how many chunks have been made and how many passes were closed. */
  function counting(spotCount: number): {
    source: ChunkSource<Chunk>;
    made: () => number;
    closed: () => number;
  } {
    let made = 0;
    let closed = 0;
    const inner = memorySource<Chunk>(denseMatrix(spotCount, 1), { spotsPerChunk: 1 });
    const source: ChunkSource<Chunk> = {
      ...inner,
      async *chunks(options) {
        try {
          for await (const chunk of inner.chunks(options)) {
            made++;
            yield chunk;
          }
        } finally {
          closed++;
        }
      },
    };
    return { source, made: () => made, closed: () => closed };
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

  it("reads ahead no further than its bytes, and nothing before it is asked", async () => {
    const { source, made, closed } = counting(100);
    const iterator = prefetch(source, { maxBytes: 8 * 5 })
      .chunks()
      [Symbol.asyncIterator]();
    await settle();
    expect(made()).toBe(0);
    await iterator.next();
    await settle();
    // Five wait, one was taken.
    expect(made()).toBe(6);
    await iterator.return?.();
    expect(closed()).toBe(1);
    await settle();
    expect(made()).toBe(6);
  });

  it("passes on the reader's error after the chunks before it", async () => {
    const failing: ChunkSource<Chunk> = {
      spotCount: 3,
      width: 1,
      async *chunks() {
        yield denseMatrix(1, 1);
        throw new Error("disk gone");
      },
    };
    const seen: number[] = [];
    const read = async () => {
      for await (const chunk of prefetch(failing, { maxBytes: 1e6 }).chunks()) seen.push(chunk.spotCount);
    };
    await expect(read()).rejects.toThrow("disk gone");
    expect(seen).toEqual([1]);
    expect(() => prefetch(failing, { maxBytes: 0 })).toThrow(OptionError);
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
