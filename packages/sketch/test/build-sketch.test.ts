import { OptionError, ShapeError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildSketch, resolveSketchOptions, SKETCH_OPTIONS } from "../src/index.js";
import { randomValues } from "./random-csr.js";

describe("buildSketch", () => {
  // From numpy.random.RandomState(7): randint(0, d, n), then choice([-1, 1], n).
  it.each([
    [1, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, -1, 1, -1, 1, 1, 1, 1, -1, 1]],
    [5, [4, 1, 3, 3, 4, 1, 0, 1, 2, 2, 0, 4], [-1, 1, 1, -1, -1, 1, 1, -1, -1, 1, -1, -1]],
    [64, [47, 4, 25, 54, 3, 19, 23, 39, 28, 57, 14, 23], [-1, 1, -1, -1, -1, -1, 1, -1, -1, -1, 1, 1]],
    [65, [47, 25, 23, 57, 14, 23, 42, 8, 39, 48, 7, 44], [-1, 1, 1, -1, -1, 1, -1, -1, 1, 1, -1, -1]],
  ])("draws numpy's buckets and signs for %i dimensions", (dimension, buckets, signs) => {
    const sketch = buildSketch(new Float64Array(buckets.length).fill(1), { dimension, seed: 7 });
    expect(Array.from(sketch.bucket)).toEqual(buckets);
    expect(Array.from(sketch.value, Math.sign)).toEqual(signs);
  });

  it("gives every used column the norm sqrt(n / d), for any size", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 90 }), fc.nat());
    fc.assert(
      fc.property(sizes, ([geneCount, dimension, seed]) => {
        const { bucket, value } = buildSketch(randomValues(geneCount, seed), { dimension, seed });
        const squares = new Float64Array(dimension);
        bucket.forEach((column, gene) => {
          expect(column).toBeGreaterThanOrEqual(0);
          expect(column).toBeLessThan(dimension);
          squares[column] += value[gene] ** 2;
        });
        for (const column of new Set(bucket)) expect(squares[column]).toBeCloseTo(geneCount / dimension, 10);
      }),
    );
  });

  it("weighs genes by the root of their leverage, within 0.1 .. 10", () => {
    // One column: the amplitudes keep their ratios.
    const leverage = new Float64Array(1000).fill(1e-12);
    leverage.set([4, 1, 0], 0);
    const { value } = buildSketch(leverage, { dimension: 1, seed: 0 });
    const amplitude = (gene: number) => Math.abs(value[gene]) / Math.abs(value[2]);
    expect(amplitude(0)).toBeCloseTo(100, 9); // sqrt(800) is held at 10, the others at 0.1
    expect(amplitude(1)).toBeCloseTo(100, 9); // sqrt(200)
    expect(amplitude(3)).toBeCloseTo(1, 9);
    const even = buildSketch(Float64Array.of(4, 1), { dimension: 1, seed: 0 }).value;
    expect(Math.abs(even[0] / even[1])).toBeCloseTo(2, 8);
  });

  it("knows nothing of the scale of the leverage, and accepts none at all", () => {
    const flat = buildSketch(new Float64Array(20), { dimension: 8 });
    const ones = buildSketch(new Float64Array(20).fill(1), { dimension: 8 });
    flat.value.forEach((value, gene) => {
      expect(value).toBeCloseTo(ones.value[gene], 12);
    });
  });

  it("is frozen, and the same for the same input", () => {
    const leverage = randomValues(30);
    const sketch = buildSketch(leverage, { dimension: 7, seed: 3 });
    expect(Object.isFrozen(sketch)).toBe(true);
    expect(buildSketch(leverage, { dimension: 7, seed: 3 })).toEqual(sketch);
    expect(buildSketch(leverage, { dimension: 7, seed: 4 }).bucket).not.toEqual(sketch.bucket);
    expect(structuredClone(sketch)).toEqual(sketch);
  });

  it("refuses no gene and scores that are not leverage", () => {
    expect(() => buildSketch(new Float64Array(0))).toThrow(ShapeError);
    for (const score of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => buildSketch(Float64Array.of(1, score))).toThrow("leverage[1]");
    }
  });
});

describe("resolveSketchOptions", () => {
  it("fills in the defaults", () => {
    expect(resolveSketchOptions()).toEqual({ dimension: 512, seed: 0 });
    expect(resolveSketchOptions({ dimension: "none" })).toEqual({ dimension: "none", seed: 0 });
    expect(resolveSketchOptions({ seed: 5, dimension: undefined })).toEqual({ dimension: 512, seed: 5 });
    expect(Object.isFrozen(SKETCH_OPTIONS)).toBe(true);
  });

  it.each([{ dimension: 0 }, { dimension: 1.5 }, { dimension: 2 ** 31 }, { seed: -1 }, { seed: 2 ** 32 }])(
    "refuses %o",
    (options) => {
      expect(() => resolveSketchOptions(options)).toThrow(OptionError);
      expect(() => buildSketch(Float64Array.of(1), options)).toThrow(OptionError);
    },
  );
});
