import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { highlyVariableGenes, normalizedDispersions } from "../src/highly-variable-genes.js";
import type { GeneMoments } from "../src/index.js";
import { percentiles } from "../src/percentiles.js";

const momentsOf = (mean: number[], variance: number[]): GeneMoments => ({
  spotCount: 10,
  mean: Float64Array.from(mean),
  variance: Float64Array.from(variance),
  rawTotal: new Float64Array(mean.length),
});

describe("percentiles", () => {
  it.each([
    // By numpy.percentile(values, numpy.linspace(0, 100, steps + 1)).
    [[3, 1, 2], 4, [1, 1.5, 2, 2.5, 3]],
    [[5], 2, [5, 5, 5]],
    [[0, 10], 4, [0, 2.5, 5, 7.5, 10]],
  ])("of %j in %d steps", (values, steps, expected) => {
    expect([...percentiles(Float64Array.from(values), steps)]).toEqual(expected);
  });

  it.each([
    // Ranks that should be whole but are not quite in floating point; computed by numpy 1.24.
    [91, 14, 3968.999999999999],
    [101, 11, 3025.000000000001],
    [181, 7, 3968.999999999999],
    [181, 11, 9801.000000000004],
    [181, 12, 11664],
  ])("round as numpy's for the squares below %d^2 at step %d of 20", (count, step, expected) => {
    const squares = Float64Array.from({ length: count }, (_, i) => i * i);
    expect(percentiles(squares, 20)[step]).toBe(expected);
  });
});

describe("normalizedDispersions", () => {
  it("compares a gene with those of its bin", () => {
    // Two bins, edges 1, 2.5, 4: genes 0, 1 and genes 2, 3.
    const found = normalizedDispersions(momentsOf([1, 2, 3, 4], [1, 3, 5, 5]), 2);
    expect(found[0]).toBeCloseTo(-1, 9);
    expect(found[1]).toBeCloseTo(1, 9);
    expect([found[2], found[3]]).toEqual([0, 0]);
  });

  it("puts genes without counts in the lowest bin, the greatest mean in the last", () => {
    const found = normalizedDispersions(momentsOf([0, 1, 3, 4], [0, 2, 7, 9]), 2);
    expect([...found].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-1, 1, -1, 1]);
  });

  it("is 0 for a gene alone in its bin", () => {
    // Edges 1, 2, 3: bins {0} and {1, 2}.
    const found = normalizedDispersions(momentsOf([1, 2, 3], [9, 1, 3]), 2);
    expect(found[0]).toBe(0);
    expect(found[2]).toBeCloseTo(1, 9);
  });

  it("joins edges that coincide", () => {
    // Percentiles 1, 1, 1, 1, 5 leave the edges 1 and 5: one bin with all genes.
    const found = normalizedDispersions(momentsOf([1, 1, 1, 1, 5], [0, 0, 0, 0, 5]), 4);
    expect([...found].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-0.5, -0.5, -0.5, -0.5, 2]);
  });

  it("is 0 everywhere when the means do not spread", () => {
    expect([...normalizedDispersions(momentsOf([2, 2, 2], [1, 2, 3]), 20)]).toEqual([0, 0, 0]);
    expect([...normalizedDispersions(momentsOf([0, 0], [0, 0]), 20)]).toEqual([0, 0]);
  });
});

describe("highlyVariableGenes", () => {
  const moments = momentsOf([1, 1.5, 2, 3, 3.5, 4], [1, 5, 1, 5, 9, 5]);
  const oneBin = { binCount: 1, minimumDispersion: -10, maximumMean: 10 };

  it("takes the most dispersed, the lower gene on a tie, and lists them ascending", () => {
    expect([...highlyVariableGenes(moments, { ...oneBin, highlyVariableCount: 1 })]).toEqual([4]);
    expect([...highlyVariableGenes(moments, { ...oneBin, highlyVariableCount: 3 })]).toEqual([1, 3, 4]);
  });

  it("takes candidates alone when they are enough, their bounds included", () => {
    const options = { ...oneBin, minimumMean: 1, maximumMean: 3, highlyVariableCount: 4 };
    expect([...highlyVariableGenes(moments, options)]).toEqual([0, 1, 2, 3]);
  });

  it("takes the most dispersed of all genes when candidates are too few", () => {
    const options = { ...oneBin, maximumMean: 3, highlyVariableCount: 5 };
    expect([...highlyVariableGenes(moments, options)]).toEqual([0, 1, 3, 4, 5]);
    expect([
      ...highlyVariableGenes(moments, { ...oneBin, minimumDispersion: 9, highlyVariableCount: 1 }),
    ]).toEqual([4]);
  });

  it("gives all genes when fewer than asked, none when none is asked", () => {
    expect([...highlyVariableGenes(moments)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...highlyVariableGenes(moments, { highlyVariableCount: 0 })]).toEqual([]);
  });

  it("is as many genes as asked or as there are, whatever the moments", () => {
    const positive = fc.double({ min: 0, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(positive, positive), { minLength: 1, maxLength: 60 }),
        fc.nat(70),
        (pairs, count) => {
          const found = highlyVariableGenes(
            momentsOf(
              pairs.map(([mean]) => mean),
              pairs.map(([, variance]) => variance),
            ),
            { highlyVariableCount: count },
          );
          expect(found.length).toBe(Math.min(count, pairs.length));
          expect([...found]).toEqual([...new Set(found)].sort((a, b) => a - b));
        },
      ),
    );
  });
});
