import { describe, expect, it } from "vitest";
import { referenceFacts } from "../src/runtime/matrix-sizes.js";
import { mayBeStrong } from "../src/section-memory.js";

describe("coarse pictures of the section are planned for", () => {
  it.each([
    [true, { input: "statistics", lambda: 2000 }],
    [true, { input: "statistics", platform: "visium" }],
    [true, { input: "statistics", smoothing: 2000 }],
    [true, { input: "weighted-counts", smoothing: "auto" }],
    [true, { input: "weighted-counts" }],
    [true, { input: "counts", smoothing: "auto" }],
    [false, { input: "statistics" }],
    [false, { input: "statistics", smoothing: "auto" }],
    [false, { input: "statistics", lambda: 0 }],
    [false, { input: "weighted-counts", smoothing: "none" }],
    [false, { input: "counts", smoothing: 0 }],
  ] as const)("%o for %o", (wanted, facts) => {
    expect(mayBeStrong(facts)).toBe(wanted);
  });
});

describe("what is planned for a reference", () => {
  const dense = {
    path: "X",
    encoding: "dense",
    shape: [30_000, 2000],
    dataType: "float32",
    chunkShape: [30_000, 2000],
    codecs: ["gzip"],
    isCompressed: true,
    isHandedOver: false,
    nonZeroCount: undefined,
    readAheadBytes: 7,
  } as const;
  const whole = {
    chunkBytes: 4 * 30_000 * 2000,
    chunkCount: 1,
    transposeBytes: 0,
    readAheadBytes: 7,
    heldBytes: 0,
  };
  const sparse = { ...dense, nonZeroCount: 1e6, chunkShape: [2 ** 18] };
  const part = { ...whole, chunkBytes: 2 ** 18 * (4 + 4), chunkCount: 4 };

  it.each([
    ["a chunk that is all of it", whole, dense],
    [
      "many chunks",
      { ...whole, chunkBytes: 4 * 100 * 2000, chunkCount: 300 },
      { ...dense, chunkShape: [100, 2000] },
    ],
    ["numbers of a byte as the four they become", whole, { ...dense, dataType: "uint8" }],
    ["values and indices of a sparse one", part, { ...sparse, encoding: "csr" }],
    [
      "a chunk that is longer than what is stored",
      { ...part, chunkBytes: 1e6 * (4 + 4), chunkCount: 1 },
      { ...sparse, encoding: "csr", chunkShape: [2 ** 22] },
    ],
    [
      "entries of a matrix by gene twice over, and a count per cell",
      { ...part, transposeBytes: 2 * 1e6 * (4 + 4) + 4 * 30_000 },
      { ...sparse, encoding: "csc" },
    ],
  ] as const)("is %s", (_, wanted, matrix) => {
    expect(referenceFacts(matrix)).toEqual(wanted);
  });
});
