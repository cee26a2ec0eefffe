import type { CsrChunk } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, chunksOf, csrMatrices } from "../../../test/csr-arbitrary.js";
import { legacyRandom } from "../../sketch/src/legacy-random.js";
import { randomCsr } from "../../sketch/test/random-csr.js";
import { buildMoments, finishMoments } from "../src/index.js";
import { buildGeneMap, buildMomentAdder, type GeneMap } from "../src/internal.js";

type Value = (random: () => number) => number;

/** Rows whose counts are drawn by `value`. */
function draw(spotCount: number, width: number, share: number, seed: number, value: Value): CsrChunk {
  const chunk = randomCsr(spotCount, width, seed, share);
  const random = legacyRandom(seed + 1);
  const uniform = () => random.next() / 2 ** 32;
  return { ...chunk, values: Float32Array.from(chunk.values, () => value(uniform)) };
}

/** Moments by kernel and by twin, over chunks of the given size. */
function bothWays(matrix: CsrChunk, map: GeneMap, size = 1000) {
  return (["wasm", "typescript"] as const).map((kernels) => {
    const add = buildMomentAdder(map, kernels);
    const moments = buildMoments(map.geneCount);
    for (const chunk of chunksOf(matrix, size)) add(moments, chunk);
    return finishMoments(moments);
  });
}

const low: Value = (random) => 1 + Math.floor(-Math.log(1 - random()) / 2);
const CASES: readonly (readonly [string, Value])[] = [
  ["counts that are low", low],
  [
    "counts of which some are great",
    (random) => (random() < 0.02 ? Math.floor(1e5 * random()) : low(random)),
  ],
  ["counts beyond all integers", (random) => (random() < 0.02 ? 2 ** (30 + Math.floor(4 * random())) : 1)],
  ["zeros that are stored", (random) => Math.floor(3 * random())],
  ["values that are not whole", (random) => (random() < 0.01 ? random() : 1)],
  ["values below 0", (random) => (random() < 0.01 ? -2 : 1)],
  ["values that are not finite", (random) => (random() < 0.01 ? Number.NaN : 1)],
];

describe("the kernel of the moments has the bits of its twin", () => {
  it.each(CASES)("for %s, over all columns and over some in another order", (_, value) => {
    const width = 50;
    const all = buildGeneMap(
      Int32Array.from({ length: width }, (_, gene) => gene),
      width,
    );
    const some = buildGeneMap(Int32Array.of(40, 3, 17, 8, 22, 49, 0), width);
    // More than a block of the ordered sums, rows of all lengths modulo the width of a vector.
    const matrix = draw(5000, width, 0.4, 7, value);
    for (const map of [all, some]) {
      const [kernel, twin] = bothWays(matrix, map);
      expect(kernel).toEqual(twin);
      expect(twin.rawTotal.some((total) => total !== 0)).toBe(true);
    }
  });

  it("for any matrix and chunking", () => {
    const cases = csrMatrices().chain((matrix) =>
      fc.tuple(fc.constant(matrix), fc.shuffledSubarray([...Array(matrix.width).keys()])),
    );
    fc.assert(
      fc.property(cases, ([matrix, columns]) => {
        const map = buildGeneMap(Int32Array.from(columns), matrix.width);
        const single = { ...matrix, values: Float32Array.from(matrix.values) };
        for (const chunk of [matrix, single]) {
          const found = CHUNK_SIZES.flatMap((size) => bothWays(chunk, map, size));
          for (const one of found) expect(one).toEqual(found[0]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("for rows longer than a block", () => {
    const width = 20_000;
    const map = buildGeneMap(
      Int32Array.from({ length: width - 5 }, (_, gene) => width - 1 - gene),
      width,
    );
    const [kernel, twin] = bothWays(draw(5, width, 0.95, 3, low), map);
    expect(kernel).toEqual(twin);
  });
});
