import type { CsrChunk } from "@flashdeconv/core";
import { buildNnlsWorkspace, solveNnls } from "@flashdeconv/solver";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildCountLikelihood } from "../src/count-likelihood.js";
import { buildCountFit, fitCounts } from "../src/fit-counts.js";
import { buildRefiner, type Refinement, type RefiningSteps, refiningGram } from "../src/internal.js";

interface Request {
  readonly typeCount: number;
  readonly geneCount?: number;
  readonly spotCount?: number;
  readonly seed?: number;
  /** Share of the genes that a spot has counts of; every seventh spot has none. */
  readonly density?: number;
  readonly steps?: RefiningSteps;
  readonly overdispersion?: number;
  /** Share of the proportions that spots start with; others are 0, and every fifth spot's are no numbers. */
  readonly started?: number;
}

/** A section of mixed spots, with starts that have little to do with them. */
function problemOf({
  typeCount,
  geneCount = 40,
  spotCount = 21,
  seed = 1,
  density = 0.6,
  steps = "one or two",
  overdispersion = 0.2,
  started = 0.5,
}: Request) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const profiles = new Float64Array(typeCount * geneCount);
  // The last gene is unknown to the reference.
  for (let i = 0; i < profiles.length; i++) profiles[i] = i % geneCount < geneCount - 1 ? next() ** 6 : 0;
  const start = Float64Array.from({ length: spotCount * typeCount }, (_, i) => {
    if (Math.floor(i / typeCount) % 5 === 4) return Number.NaN;
    return next() < started ? next() ** 3 : 0;
  });
  const indptr = new Int32Array(spotCount + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let spot = 0; spot < spotCount; spot++) {
    const type = Math.floor(next() * typeCount);
    for (let gene = 0; gene < geneCount; gene++) {
      if (spot % 7 === 3 || next() > density) continue;
      indices.push(gene);
      values.push(1 + Math.floor(20 * next() * profiles[type * geneCount + gene]));
    }
    indptr[spot + 1] = indices.length;
  }
  const refinement: Refinement = {
    typeCount,
    profiles,
    variance: { meanDepth: indices.length / spotCount, overdispersion },
    steps,
  };
  const rows: CsrChunk = {
    kind: "csr",
    spotStart: 0,
    spotCount,
    width: geneCount,
    indptr,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
  return { refinement, rows, start };
}

/** Bits of what kernel and twin write. */
function bothWays({ refinement, rows, start }: ReturnType<typeof problemOf>, Storage = Float64Array) {
  const { spotCount } = rows;
  const [kernel, twin] = (["wasm", "typescript"] as const).map((kernels) => {
    const out = new Storage(spotCount * (refinement.typeCount + 1)).fill(-1);
    const refiner = buildRefiner(refinement, kernels);
    refiner.refine(rows, Storage.from(start), out);
    // The second time over memory that has been used.
    refiner.refine(rows, Storage.from(start), out);
    return new Uint8Array(out.buffer);
  });
  return Buffer.compare(kernel, twin);
}

describe("the kernel that refines counts has the bits of its twin", () => {
  it.each(Array.from({ length: 70 }, (_, k) => k + 1))("for %i types", (typeCount) => {
    for (const steps of ["one or two", "all"] as const) {
      expect(bothWays(problemOf({ typeCount, seed: typeCount, steps }))).toBe(0);
    }
  });

  it("for any rows and starts, in either precision", () => {
    const cases = fc.record({
      typeCount: fc.integer({ min: 1, max: 30 }),
      geneCount: fc.integer({ min: 2, max: 300 }),
      spotCount: fc.integer({ min: 0, max: 150 }),
      seed: fc.nat(2 ** 31),
      density: fc.double({ min: 0, max: 1, noNaN: true }),
      steps: fc.constantFrom<RefiningSteps[]>("one", "one or two", "all"),
      overdispersion: fc.constantFrom(0, 0.3, 5),
      started: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, fc.boolean(), fc.boolean(), (request, isDouble, isSingleOut) => {
        const problem = problemOf(request);
        const { rows } = problem;
        const values = isDouble ? Float64Array.from(rows.values, (value) => value / 3) : rows.values;
        const given = { ...problem, rows: { ...rows, values } };
        const Storage = isSingleOut ? (Float32Array as unknown as typeof Float64Array) : Float64Array;
        expect(bothWays(given, Storage)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("for rows longer than a block", () => {
    const size = { typeCount: 5, geneCount: 20_000, spotCount: 3, density: 0.95 };
    for (const steps of ["one", "all"] as const) expect(bothWays(problemOf({ ...size, steps }))).toBe(0);
  });
});

describe("types that can hardly be told apart", () => {
  // One step: whether a second follows depends on how they share what they have.
  const typeCount = 5;
  const problem = problemOf({
    typeCount,
    geneCount: 300,
    spotCount: 40,
    overdispersion: 0,
    started: 1,
    steps: "one",
  });
  const { refinement, rows, start } = problem;
  const geneCount = refinement.profiles.length / typeCount;

  /** The same problem, where the last type is nearly the one before it. */
  function withAlike(difference: number) {
    const profiles = refinement.profiles.slice();
    for (let gene = 0; gene < geneCount; gene++) {
      const share = profiles[3 * geneCount + gene];
      profiles[4 * geneCount + gene] = share * (1 + difference * ((gene % 3) - 1));
    }
    return { ...problem, refinement: { ...refinement, profiles } };
  }

  it.each([0, 1e-9, 1e-6, 1e-4, 1e-3])(
    "get together what two equal ones would, %d from each other",
    (difference) => {
      const alike = withAlike(difference);
      expect(bothWays(alike)).toBe(0);
      const refined = [alike, withAlike(0)].map((one) => {
        const out = new Float64Array(rows.spotCount * (typeCount + 1));
        buildRefiner(one.refinement).refine(rows, start, out);
        return out;
      });
      // c = G b, less slopes, is the same however the two share what they have.
      const largest = Math.max(...refined[1]);
      refined[0].forEach((value, i) => {
        expect(Math.abs(value - refined[1][i])).toBeLessThan(0.01 * largest);
      });
    },
  );
});

describe("what is kept of a refined spot", () => {
  it("has its minimum at the most likely proportions, the nearer the more steps", () => {
    const typeCount = 6;
    const { refinement, rows } = problemOf({ typeCount, geneCount: 300, spotCount: 40 });
    const fit = buildCountFit(buildCountLikelihood(refinement.profiles, typeCount, refinement.variance));
    const gram = refiningGram(refinement);
    const { spotCount, indptr, indices, values } = rows;
    const likely = new Float64Array(spotCount * typeCount);
    for (let spot = 0; spot < spotCount; spot++) {
      const row = { indices, values, start: indptr[spot], end: indptr[spot + 1] };
      if (row.start === row.end) continue;
      fitCounts(fit, row);
      const total = fit.abundance.reduce((sum, amount) => sum + amount);
      likely.set(
        fit.abundance.map((amount) => amount / total),
        spot * typeCount,
      );
    }
    /** The mean distance of a proportion from the most likely one. */
    const distanceFrom = (from: Float64Array, steps: RefiningSteps) => {
      const out = new Float64Array(spotCount * (typeCount + 1));
      buildRefiner({ ...refinement, steps }).refine(rows, from, out);
      let distance = 0;
      for (let spot = 0; spot < spotCount; spot++) {
        const at = spot * (typeCount + 1);
        const depth = out[at + typeCount];
        if (depth === 0) continue;
        const x = new Float64Array(typeCount);
        const target = out.slice(at, at + typeCount).map((value) => value / depth);
        solveNnls(buildNnlsWorkspace({ gram, target, x }), 0);
        const total = x.reduce((sum, share) => sum + share);
        for (let k = 0; k < typeCount; k++) {
          distance += Math.abs(x[k] / total - likely[spot * typeCount + k]) / likely.length;
        }
      }
      return distance;
    };
    expect(distanceFrom(likely, "one")).toBeLessThan(1e-4);
    const equal = new Float64Array(likely.length);
    const [all, two, one] = (["all", "one or two", "one"] as const).map((steps) =>
      distanceFrom(equal, steps),
    );
    expect(all).toBeLessThan(1e-6);
    expect(two).toBeLessThan(0.8 * one);
    expect(one).toBeLessThan(0.1);
  });
});
