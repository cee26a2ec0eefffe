import { resolveSolveOptions, type SolverSession, solve } from "@flashdeconv/solver";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weighted } from "../src/index.js";
import { lcg, noisyTissue } from "./tissue.js";

type Tissue = ReturnType<typeof noisyTissue>;

function startOn({ reference, graph, spotCount }: Tissue, smoothing: number): SolverSession {
  const meanDegree = graph.indices.length / spotCount;
  return weighted.start(reference, weighted.resolveOptions({ smoothing }), {
    spotCount,
    meanDegree,
    meanDepth: 120,
  });
}

function tileOf({ statistics, graph, spotCount }: Tissue, relaxation = 1) {
  const spots = Int32Array.from({ length: spotCount }, (_, spot) => spot);
  return { spots, statistics, indptr: graph.indptr, indices: graph.indices, relaxation };
}

describe("weighted", () => {
  it("lowers the objective in every update, from any start and with any relaxation", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(0.5, 5, 50, 500),
        fc.constantFrom(1, 1.3, 1.7, 1.95),
        fc.boolean(),
        (seed, smoothing, relaxation, twins) => {
          const tissue = noisyTissue({ side: 5, seed, twins });
          const session = startOn(tissue, smoothing);
          const random = lcg(seed + 7);
          // Half the entries at 0, the others of all sizes.
          const abundance = Float64Array.from({ length: tissue.spotCount * tissue.typeCount }, () =>
            random() < 0.5 ? 0 : random() ** 4,
          );
          const whole = tileOf(tissue, relaxation);
          let before = session.assess?.(whole, abundance).objective as number;
          for (let sweep = 0; sweep < 6; sweep++) {
            for (const spot of whole.spots) {
              session.sweep({ ...whole, spots: Int32Array.of(spot) }, abundance);
              const after = session.assess?.(whole, abundance).objective as number;
              expect(after).toBeLessThanOrEqual(before + 1e-9 * Math.abs(before));
              before = after;
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([1, 10, 60])("meets the optimality conditions with smoothing %d", async (smoothing) => {
    const tissue = noisyTissue();
    const session = startOn(tissue, smoothing);
    const options = resolveSolveOptions({ tolerance: 1e-9 });
    const { converged, assessment } = await solve(weighted, session, tissue, options);
    expect(converged).toBe(true);
    // In counts, of spots with more than a hundred.
    expect(assessment?.kktResidual).toBeLessThan(1e-5);
  });

  it.each([2, 10, 40, 200])(
    "stops where no proportion is off by more than the tolerance, smoothing %d",
    async (smoothing) => {
      const tissue = noisyTissue({ side: 20, depth: 60 });
      const session = startOn(tissue, smoothing);
      const found = await solve(weighted, session, tissue, resolveSolveOptions({ tolerance: 1e-3 }));
      const exact = await solve(weighted, session, tissue, resolveSolveOptions({ tolerance: 1e-10 }));
      let worst = 0;
      const { typeCount, spotCount } = tissue;
      for (let spot = 0; spot < spotCount; spot++) {
        const rows = [found, exact].map(({ abundance }) => {
          const row = abundance.subarray(spot * typeCount, (spot + 1) * typeCount);
          const total = row.reduce((sum, value) => sum + value, 0);
          return row.map((value) => value / total);
        });
        for (let k = 0; k < typeCount; k++) worst = Math.max(worst, Math.abs(rows[0][k] - rows[1][k]));
      }
      expect(worst).toBeLessThan(1e-3);
      expect(worst).toBeGreaterThan(0);
    },
  );

  it("fills a spot without counts from its neighbours, and makes neighbours alike", async () => {
    const tissue = noisyTissue();
    const { typeCount, graph } = tissue;
    const roughness = async (smoothing: number) => {
      const { abundance } = await solve(weighted, startOn(tissue, smoothing), tissue, resolveSolveOptions());
      let sum = 0;
      for (let spot = 0; spot < tissue.spotCount; spot++) {
        for (let e = graph.indptr[spot]; e < graph.indptr[spot + 1]; e++) {
          for (let k = 0; k < typeCount; k++) {
            sum += Math.abs(abundance[spot * typeCount + k] - abundance[graph.indices[e] * typeCount + k]);
          }
        }
      }
      const filled = abundance.subarray(5 * typeCount, 6 * typeCount).reduce((a, b) => a + b, 0);
      return { sum, filled };
    };
    const [none, some, much] = [await roughness(0), await roughness(5), await roughness(100)];
    expect(none.filled).toBe(0);
    expect(some.filled).toBeGreaterThan(0.5);
    expect(some.sum).toBeLessThan(none.sum);
    expect(much.sum).toBeLessThan(some.sum);
  });

  it("refuses options that cannot be", () => {
    expect(() => weighted.resolveOptions({ smoothing: -1 })).toThrow(/smoothing.*at least 0/);
    expect(() => weighted.resolveOptions({ epsilon: 0 })).toThrow(/epsilon/);
    expect(() => weighted.resolveOptions({ lambda: 1 } as object)).toThrow(
      /an option of the solver weighted/,
    );
  });

  it("refuses rows of another kind", () => {
    const tissue = noisyTissue({ side: 2 });
    const rows = {
      kind: "dense" as const,
      spotStart: 0,
      spotCount: 1,
      width: 3,
      values: new Float64Array(3),
    };
    expect(() => startOn(tissue, 1).summarize(rows, new Float64Array(7))).toThrow(/weighted solver/);
  });
});
