import { chooseKernel, createArena, type SharedArena } from "@flashdeconv/kernels";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastSquaresSession } from "../src/least-squares-session.js";
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
} from "./kernel-tiles.js";

interface Case extends TileCase {
  readonly lambda: number;
  readonly sparsity: number;
}

function bothWays(one: Case): BothWays {
  const reference = referenceOf(one);
  const { lambda, sparsity } = one;
  return {
    start: (arena?: SharedArena) =>
      leastSquaresSession(reference, { lambda, sparsity, meanDegree: 4, arena }),
    section: () => sectionOf(one, reference.gram),
  };
}

describe("the kernel of the sweep has the bits of its twin", () => {
  it.each(Array.from({ length: 70 }, (_, k) => k + 1))("for %i types", (typeCount) => {
    for (const tile of eachPrecision(typeCount)) {
      for (const lambda of [0, 0.4, 300]) expectSameBits(bothWays({ ...tile, sparsity: 0.01, lambda }));
    }
  });

  it("for any problem", () => {
    const cases = fc.record({
      ...ANY_TILE,
      lambda: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true })),
      sparsity: fc.double({ min: 0, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, (one) => expectSameBits(bothWays(one))),
      { numRuns: 150 },
    );
  });

  it("and leaves arrays that lie elsewhere to it", () => {
    expectTwinElsewhere(bothWays({ ...USUAL_TILE, lambda: 0.4, sparsity: 0.01 }));
  });
});

it("the runtime of these tests has the kernels", () => {
  expect(chooseKernel("wasm", createArena)).toBeDefined();
});
