import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildNnlsWorkspace, solveNnls } from "../src/index.js";
import { symmetricEigen } from "../src/symmetric-eigen.js";

/** A random least-squares problem: K x m signatures, a right-hand side, a start, and whether two types are the same. */
const problems = fc
  .record({ typeCount: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 15 }) })
  .chain(({ typeCount, width }) =>
    fc.record({
      typeCount: fc.constant(typeCount),
      width: fc.constant(width),
      x: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
        minLength: typeCount * width,
        maxLength: typeCount * width,
      }),
      b: fc.array(fc.double({ min: -2, max: 4, noNaN: true }), {
        minLength: typeCount,
        maxLength: typeCount,
      }),
      start: fc.array(fc.double({ min: -1, max: 2, noNaN: true }), {
        minLength: typeCount,
        maxLength: typeCount,
      }),
      shift: fc.constantFrom(0.01, 1, 100),
    }),
  );

function gramOf(x: readonly number[], typeCount: number, width: number): Float64Array {
  const gram = new Float64Array(typeCount * typeCount);
  for (let k = 0; k < typeCount; k++)
    for (let l = 0; l < typeCount; l++)
      for (let c = 0; c < width; c++) gram[k * typeCount + l] += x[k * width + c] * x[l * width + c];
  return gram;
}

function gradientOf(gram: Float64Array, shift: number, q: Float64Array, x: Float64Array): number[] {
  return Array.from(x, (value, k) => {
    let sum = shift * value - q[k];
    for (let l = 0; l < x.length; l++) sum += gram[k * x.length + l] * x[l];
    return sum;
  });
}

describe("solveNnls", () => {
  it("meets the optimality conditions from any start", () => {
    fc.assert(
      fc.property(problems, ({ typeCount, width, x, b, start, shift }) => {
        const gram = gramOf(x, typeCount, width);
        const q = Float64Array.from(b, (value, k) => value * 3 + gram[k * typeCount + k] * 0.1);
        const result = Float64Array.from(start, (value) => Math.max(0, value));
        solveNnls(buildNnlsWorkspace({ gram, target: q, x: result }), shift);
        const scale = 1e-9 * (1 + Math.max(...q.map(Math.abs), ...gram.map(Math.abs)));
        for (const [k, gradient] of gradientOf(gram, shift, q, result).entries()) {
          expect(result[k]).toBeGreaterThanOrEqual(0);
          if (result[k] > 0) expect(Math.abs(gradient)).toBeLessThan(scale);
          else expect(gradient).toBeGreaterThan(-scale);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("gives a finite optimum where two types are the same and nothing tells them apart", () => {
    const gram = Float64Array.of(4, 4, 1, 4, 4, 1, 1, 1, 9);
    const x = new Float64Array(3);
    solveNnls(buildNnlsWorkspace({ gram, target: Float64Array.of(8, 8, 2), x }), 0);
    expect(x[0] + x[1]).toBeCloseTo(2, 9);
    expect(x[2]).toBeCloseTo(0, 9);
  });

  it("answers 0 where every type would have to be negative, and for a type without any signal", () => {
    const x = Float64Array.of(1, 2);
    solveNnls(
      buildNnlsWorkspace({ gram: Float64Array.of(2, 1, 1, 2), target: Float64Array.of(-1, -3), x }),
      0,
    );
    expect([...x]).toEqual([0, 0]);
    const silent = new Float64Array(2);
    solveNnls(
      buildNnlsWorkspace({ gram: Float64Array.of(2, 0, 0, 0), target: Float64Array.of(6, -0.1), x: silent }),
      0,
    );
    expect([...silent]).toEqual([expect.closeTo(3, 12), 0]);
  });
});

describe("symmetricEigen", () => {
  it("matches known spectra", () => {
    expect([...symmetricEigen(Float64Array.of(2, 1, 1, 2), 2).values]).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo(3, 12),
    ]);
    expect([...symmetricEigen(Float64Array.of(5), 1).values]).toEqual([5]);
  });

  it("keeps trace and sum of squares", () => {
    fc.assert(
      fc.property(problems, ({ typeCount, width, x }) => {
        const gram = gramOf(x, typeCount, width);
        const { values, vectors } = symmetricEigen(gram, typeCount);
        const squares = gram.reduce((sum, value) => sum + value * value, 0);
        const trace = Array.from(values, (_, k) => gram[k * typeCount + k]).reduce((a, b) => a + b, 0);
        expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(trace, 6);
        expect(Math.abs(values.reduce((a, b) => a + b * b, 0) - squares)).toBeLessThanOrEqual(
          1e-9 * (1 + squares),
        );
        for (let i = 0; i < typeCount; i++) {
          const vector = vectors.subarray(i * typeCount, (i + 1) * typeCount);
          expect(vector.reduce((sum, entry) => sum + entry * entry, 0)).toBeCloseTo(1, 9);
          for (const [k, residual] of gradientOf(
            gram,
            -values[i],
            new Float64Array(typeCount),
            vector,
          ).entries())
            expect(Math.abs(residual), `entry ${k}`).toBeLessThan(1e-6 * (1 + Math.sqrt(squares)));
        }
      }),
    );
  });
});
