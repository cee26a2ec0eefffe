import { collect } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { deconvolve, type PreparedReference, prepareReference, type StageProgress } from "../src/index.js";

async function run(typeCount: number) {
  const tissue = simulateTissue({ spotCount: 25, geneCount: 200, typeCount, depth: 800, cellsPerType: 4 });
  const section = {
    counts: tissue.counts,
    geneNames: tissue.geneNames,
    readCoordinates: async () => ({
      dimension: 2 as const,
      values: Float64Array.from((await collect(tissue.coordinates)).values),
    }),
  };
  // Trying which types can be told apart solves spots by themselves, exactly: without their halves they are not tried.
  const { halves: _, ...reference } = (await prepareReference(tissue.reference)) as PreparedReference;
  const progress: StageProgress[] = [];
  const { sqrt } = Math;
  let rootCount = 0;
  Math.sqrt = (value) => {
    rootCount++;
    return sqrt(value);
  };
  try {
    const result = await deconvolve(
      section,
      reference,
      { kernels: "typescript" },
      { onProgress: (state) => progress.push(state) },
    );
    return { result, progress, rootCount };
  } finally {
    Math.sqrt = sqrt;
  }
}

describe("many types", () => {
  it("take no exact step per spot and sweep, of which each costs the cube of their number", async () => {
    const few = await run(60);
    const many = await run(70);
    // A root for each row of a factored matrix: with exact steps there would be a sixth more, for the sixth more of types. Both have some
    // 150,000 besides, of the one search for eigenvalues of the Gram matrix and of what is found out on the sample.
    expect(many.rootCount).toBeLessThan(0.95 * few.rootCount);
    expect(many.result.parameters.converged).toBe(true);
  });

  it("show that something is done while the smoothing is chosen", async () => {
    const { progress } = await run(70);
    const sweeps = progress.filter(({ stage }) => stage === "smoothing").map(({ done }) => done);
    expect(sweeps.length).toBeGreaterThan(20);
    expect(sweeps).toEqual(sweeps.map((_, i) => i + 1));
  });
});
