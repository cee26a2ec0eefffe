import { OptionError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bcd, resolveSolveOptions, solve } from "../src/index.js";
import { StoppingRule } from "../src/stopping-rule.js";
import { buildTestSection } from "../src/testing/test-section.js";
import { updateOrder } from "../src/update-order.js";

const section = buildTestSection("statistics");
const context = {
  spotCount: section.spotCount,
  meanDegree: section.graph.indices.length / section.spotCount,
};

function run(
  lambda: number,
  extra: { tolerance?: number; maxSweeps?: number; signal?: AbortSignal; order?: Int32Array } = {},
) {
  const { reference, graph, typeCount, rows } = section;
  const session = bcd.start(reference, bcd.resolveOptions({ lambda }), context);
  const statistics = Float64Array.from(rows.values);
  const { signal, order: spatialOrder, ...limits } = extra;
  return solve(
    bcd,
    session,
    { typeCount, statistics, graph, signal, spatialOrder },
    resolveSolveOptions(limits),
  );
}

function largestProportionDifference(a: Float64Array, b: Float64Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i += section.typeCount) {
    const total = (x: Float64Array) =>
      x.subarray(i, i + section.typeCount).reduce((sum, value) => sum + value, 0);
    const [sumA, sumB] = [total(a), total(b)];
    // Weak smoothing leaves a spot without counts at 0: no proportions to compare, but then on both sides.
    if (sumA === 0 && sumB === 0) continue;
    for (let k = i; k < i + section.typeCount; k++)
      worst = Math.max(worst, Math.abs(a[k] / sumA - b[k] / sumB));
  }
  return worst;
}

describe("solve", () => {
  it.each([0.5, 5, 50, 500, 5000])(
    "lambda %d: the answer is as close to the optimum as it says",
    async (lambda) => {
      const tight = await run(lambda, { tolerance: 1e-11 });
      expect(tight.converged).toBe(true);
      expect(tight.assessment!.proportionErrorBound).toBeLessThan(1e-8);
      for (const tolerance of [1e-3, 1e-5]) {
        const loose = await run(lambda, { tolerance });
        const error = largestProportionDifference(loose.abundance, tight.abundance);
        expect(loose.converged).toBe(true);
        expect(error).toBeLessThanOrEqual(tolerance);
        expect(error).toBeLessThanOrEqual(loose.assessment!.proportionErrorBound);
        expect(loose.assessment!.objective).toBeGreaterThanOrEqual(tight.assessment!.objective * (1 - 1e-12));
      }
    },
  );

  it("reaches the same optimum in any order of updates", async () => {
    const forward = await run(50, { tolerance: 1e-10 });
    const order = Int32Array.from({ length: section.spotCount }, (_, i) => section.spotCount - 1 - i);
    const backward = await run(50, { tolerance: 1e-10, order });
    expect(largestProportionDifference(forward.abundance, backward.abundance)).toBeLessThan(1e-9);
  });

  it("says so when it runs out of sweeps", async () => {
    const solution = await run(5000, { tolerance: 1e-9, maxSweeps: 4 });
    expect(solution).toMatchObject({ converged: false, sweeps: 4 });
    expect(solution.proportionErrorEstimate).toBeGreaterThan(1e-9);
  });

  it("stops with the signal's own reason", async () => {
    const reason = new Error("enough");
    await expect(run(50, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each([
    { tolerance: 0 },
    { tolerance: 2 },
    { tolerance: Number.NaN },
    { maxSweeps: 0 },
    { maxSweeps: 1.5 },
  ])("refuses %o", (options) => {
    expect(() => resolveSolveOptions(options)).toThrow(OptionError);
  });

  it("refuses options a solver does not have and values it cannot take", () => {
    expect(() => bcd.resolveOptions({ lamda: 3 } as never)).toThrow(
      /lamda.*an option of the solver bcd: lambda, rho/,
    );
    expect(() => bcd.resolveOptions({ lambda: -1 })).toThrow(/option lambda: found -1/);
    expect(() => bcd.resolveOptions({ rho: Number.NaN })).toThrow(OptionError);
  });
});

describe("updateOrder", () => {
  it("visits every spot once, and no two touching blocks share a colour", () => {
    const graphs = fc.integer({ min: 1, max: 400 }).chain((spotCount) =>
      fc.array(fc.tuple(fc.nat(spotCount - 1), fc.nat(spotCount - 1)), { maxLength: 600 }).map((pairs) => {
        const rows = Array.from({ length: spotCount }, () => new Set<number>());
        for (const [a, b] of pairs)
          if (a !== b) {
            rows[a].add(b);
            rows[b].add(a);
          }
        const indptr = Int32Array.of(
          0,
          ...rows.map(
            (
              (sum) => (row: Set<number>) =>
                (sum += row.size)
            )(0),
          ),
        );
        const indices = Int32Array.from(rows.flatMap((row) => [...row].sort((a, b) => a - b)));
        return { spotCount, indptr, indices };
      }),
    );
    fc.assert(
      fc.property(graphs, (graph) => {
        const { order, colorStarts } = updateOrder(graph);
        const colors = Array.from({ length: colorStarts.length - 1 }, (_, color) =>
          order.subarray(colorStarts[color], colorStarts[color + 1]),
        );
        const visited = colors.flatMap((spots) => [...spots]);
        expect(visited.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: graph.spotCount }, (_, i) => i),
        );
        const colorOf = new Map(colors.flatMap((spots, color) => [...spots].map((spot) => [spot, color])));
        for (let i = 0; i < graph.spotCount; i++) {
          for (const j of graph.indices.subarray(graph.indptr[i], graph.indptr[i + 1])) {
            if (Math.floor(i / 64) !== Math.floor(j / 64)) expect(colorOf.get(i)).not.toBe(colorOf.get(j));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("StoppingRule", () => {
  it("waits for two sweeps, extends a slow decay, and starts anew with another relaxation", () => {
    const rule = new StoppingRule();
    rule.add(1e-9, 1);
    expect(rule.estimate).toBe(Number.POSITIVE_INFINITY);
    for (let sweep = 1; sweep <= 10; sweep++) rule.add(1e-9 * 0.99 ** sweep, 1);
    expect(rule.estimate).toBeGreaterThan(90 * 1e-9);
    rule.add(1e-12, 1.5);
    expect(rule.estimate).toBe(Number.POSITIVE_INFINITY);
    rule.add(0, 1.5);
    expect(rule.estimate).toBe(0);
  });
});
