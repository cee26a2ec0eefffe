import { chooseKernel, createArena, type SharedArena } from "@flashdeconv/kernels";
import type { SolverReference } from "@flashdeconv/solver";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANY_TILE,
  type BothWays,
  eachPrecision,
  expectSameBits,
  expectTwinElsewhere,
  referenceOf,
  sectionOf,
  type TileCase,
  USUAL_TILE,
} from "../../solver/test/kernel-tiles.js";
import { weightedSession } from "../src/weighted-session.js";

interface Case extends TileCase {
  readonly smoothing: number;
  readonly shrinkage: number;
}

/** In some spots and all around them a type is nowhere. */
const oftenNone = (next: () => number) => (next() < 0.6 ? 0 : next() ** 4);

/** The Gram matrix of types that are easy to tell apart. */
function apart(typeCount: number): SolverReference {
  const gram = Float64Array.from({ length: typeCount * typeCount }, (_, i) => {
    const k = Math.floor(i / typeCount);
    return k === i % typeCount ? 1.4 + 0.3 * (k / typeCount) : 1;
  });
  return { ...referenceOf({ ...USUAL_TILE, typeCount }), values: gram, gram };
}

function bothWays(one: Case, reference = referenceOf(one)): BothWays {
  const { smoothing, shrinkage, typeCount } = one;
  // Some types are missing from the tissue as a whole.
  const composition = Float64Array.from({ length: typeCount }, (_, k) => (k % 3 === 1 ? 0 : (k + 1) / 50));
  const problem = { smoothing, shrinkage, composition, epsilon: 0.005, meanDegree: 4, meanDepth: 10 };
  return {
    start: (arena?: SharedArena) => weightedSession(reference, { ...problem, arena }),
    section: () => sectionOf(one, reference.gram, oftenNone),
  };
}

describe("the kernel of the sweep has the bits of its twin", () => {
  it.each([...Array.from({ length: 24 }, (_, k) => k + 1), 33, 60])("for %i types", (typeCount) => {
    for (const tile of eachPrecision(typeCount)) {
      for (const smoothing of [0, 4, 3000]) {
        for (const shrinkage of [0, 5]) expectSameBits(bothWays({ ...tile, smoothing, shrinkage }));
      }
    }
  });

  it("for any problem", () => {
    const strength = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true }));
    const cases = fc.record({ ...ANY_TILE, smoothing: strength, shrinkage: strength });
    fc.assert(
      fc.property(cases, (one) => expectSameBits(bothWays(one))),
      { numRuns: 150 },
    );
  });

  it.each([2, 3, 4, 5, 8, 11, 14, 16, 20, 21, 24, 39, 60])(
    "in single precision, for %i types",
    (typeCount) => {
      for (const hasWeights of [false, true]) {
        for (const relaxation of [1, 1.7]) {
          for (const smoothing of [0, 4, 3000]) {
            for (const shrinkage of [0, 5]) {
              const one = { ...USUAL_TILE, seed: typeCount, typeCount, single: true, hasWeights, relaxation };
              expectSameBits(bothWays({ ...one, smoothing, shrinkage }, apart(typeCount)));
            }
          }
        }
      }
    },
  );

  it.each([2, 3, 5, 8, 20, 39, 60])("where spots start by themselves, for %i types", (typeCount) => {
    const one = { ...USUAL_TILE, seed: typeCount, typeCount, single: true, smoothing: 4, shrinkage: 0 };
    const { start, section } = bothWays(one, apart(typeCount));
    const alone = () => {
      const { tile, abundance } = section();
      const indptr = new Int32Array(tile.indptr.length);
      return { tile: { ...tile, indptr, indices: new Int32Array(0) }, abundance };
    };
    expectSameBits({ start, section: alone });
  });

  it("makes steps in single precision where abundances are stored so, the same but for rounding", () => {
    const one = { ...USUAL_TILE, typeCount: 9, single: true, smoothing: 4, shrinkage: 0 };
    const { start, section } = bothWays(one, apart(9));
    const session = start();
    const { tile, abundance } = section();
    const wide = Float64Array.from(abundance);
    session.sweep(tile, abundance);
    session.sweep(tile, wide);
    let differing = 0;
    for (const [i, value] of abundance.entries()) {
      expect(Math.abs(value - wide[i])).toBeLessThan(1e-5 * Math.max(1, wide[i]));
      if (value !== Math.fround(wide[i])) differing++;
    }
    expect(differing).toBeGreaterThan(0);
  });

  it("and leaves arrays that lie elsewhere to it", () => {
    expectTwinElsewhere(bothWays({ ...USUAL_TILE, smoothing: 4, shrinkage: 0 }));
  });
});

it("the runtime of these tests has the kernels", () => {
  expect(chooseKernel("wasm", createArena)).toBeDefined();
});
