import { describe, expect, it } from "vitest";
import { mayBeStrong, referenceBytes } from "../src/resources/memory-facts.js";

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

describe("reading a reference", () => {
  const dense = {
    path: "X",
    encoding: "dense",
    shape: [30_000, 2000],
    dataType: "float32",
    chunkShape: [30_000, 2000],
    codecs: ["gzip"],
    isCompressed: true,
    nonZeroCount: undefined,
    readAheadBytes: 0,
  } as const;
  const whole = 4 * 30_000 * 2000;

  it.each([
    ["one chunk, four times", 4 * whole, dense],
    ["ten of many chunks", 10 * (whole / 300), { ...dense, chunkShape: [100, 2000] }],
    ["numbers of a byte as the four they become", 4 * whole, { ...dense, dataType: "uint8" }],
    [
      "values and indices of a sparse one",
      4 * 1e6 * (4 + 4),
      { ...dense, encoding: "csr", nonZeroCount: 1e6, chunkShape: [2 ** 22] },
    ],
    [
      "entries of a matrix by gene twice over, and a count per cell",
      4 * 1e6 * (4 + 4) + 2 * 1e6 * (4 + 4) + 4 * 30_000,
      { ...dense, encoding: "csc", nonZeroCount: 1e6, chunkShape: [2 ** 22] },
    ],
  ] as const)("takes %s", (_, wanted, matrix) => {
    expect(referenceBytes(matrix)).toBe(wanted);
  });
});
