import type { CsrChunk } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildSketch, buildStatistics, buildSummarizer, summarizeChunk } from "../src/index.js";
import { legacyRandom } from "../src/legacy-random.js";
import { randomCsr, randomValues } from "./random-csr.js";

/** Bits of what kernel and twin write. */
function bothWays(
  chunk: CsrChunk,
  statistics: Parameters<typeof buildSummarizer>[0],
  Out: Float32ArrayConstructor | Float64ArrayConstructor,
) {
  const [kernel, twin] = (["wasm", "typescript"] as const).map((kernels) => {
    const out = new Out(chunk.spotCount * (statistics.typeCount + 1)).fill(-1);
    const summarizer = buildSummarizer(statistics, kernels);
    summarizeChunk(summarizer, chunk, out);
    // The second time over memory that has been used.
    summarizeChunk(summarizer, chunk, out);
    return new Uint8Array(out.buffer);
  });
  return { kernel, twin };
}

describe("the kernel of the statistics has the bits of its twin", () => {
  it.each(Array.from({ length: 70 }, (_, k) => k + 1))("for %i types", (typeCount) => {
    const geneCount = 31;
    const signature = randomValues(typeCount * geneCount, typeCount).map((value) => value - 0.5);
    const sketch = buildSketch(randomValues(geneCount, 9), { dimension: 8 });
    const chunk = randomCsr(20, geneCount, typeCount);
    for (const statistics of [
      buildStatistics(signature, typeCount, sketch),
      buildStatistics(signature, typeCount),
    ]) {
      const { kernel, twin } = bothWays(chunk, statistics, Float64Array);
      expect(Buffer.compare(kernel, twin)).toBe(0);
    }
  });

  it("for any rows, in either precision", () => {
    const cases = fc.record({
      seed: fc.nat(2 ** 31),
      spotCount: fc.integer({ min: 0, max: 700 }),
      geneCount: fc.integer({ min: 1, max: 60 }),
      typeCount: fc.integer({ min: 1, max: 30 }),
      density: fc.double({ min: 0, max: 1, noNaN: true }),
      dimension: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      single: fc.boolean(),
      singleOut: fc.boolean(),
    });
    fc.assert(
      fc.property(
        cases,
        ({ seed, spotCount, geneCount, typeCount, density, dimension, single, singleOut }) => {
          const full = randomCsr(spotCount, geneCount, seed, density);
          const chunk = single ? { ...full, values: Float32Array.from(full.values) } : full;
          const sketch = dimension && buildSketch(randomValues(geneCount, seed), { dimension });
          const signature = randomValues(typeCount * geneCount, seed).map((value) => value - 1);
          const statistics = buildStatistics(signature, typeCount, sketch || undefined);
          const { kernel, twin } = bothWays(chunk, statistics, singleOut ? Float32Array : Float64Array);
          expect(Buffer.compare(kernel, twin)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("for rows longer than a block", () => {
    const geneCount = 20_000;
    const chunk = randomCsr(5, geneCount, 3, 0.95);
    const random = legacyRandom(4);
    const signature = Float64Array.from({ length: 3 * geneCount }, () => random.next() / 2 ** 32);
    const statistics = buildStatistics(signature, 3);
    const { kernel, twin } = bothWays(chunk, statistics, Float64Array);
    expect(Buffer.compare(kernel, twin)).toBe(0);
  });
});
