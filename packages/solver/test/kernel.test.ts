import { chooseKernel, createArena } from "@flashdeconv/kernels";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastSquaresSession } from "../src/least-squares-session.js";
import type { StatArray } from "../src/solver.js";
import { moveTo, referenceOf, sectionOf, type TileCase } from "./kernel-tiles.js";

interface Case extends TileCase {
  readonly lambda: number;
  readonly sparsity: number;
}

function bytes({ buffer, byteOffset, byteLength }: StatArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Sweeps and judges a section by the kernel and by its twin, some rounds, and compares all they give. */
function expectSameBits(one: Case): void {
  const reference = referenceOf(one);
  const { lambda, sparsity } = one;
  const problem = { lambda, sparsity, meanDegree: 4 };
  const arena = createArena();
  const twin = leastSquaresSession(reference, problem);
  const kernel = leastSquaresSession(reference, { ...problem, arena });
  const here = sectionOf(one, reference.gram);
  const there = moveTo(arena, here.tile, here.abundance);
  for (let round = 0; round < 3; round++) {
    const stats = twin.sweep(here.tile, here.abundance);
    expect(kernel.sweep(there.tile, there.abundance)).toEqual(stats);
    expect(Buffer.compare(bytes(there.abundance), bytes(here.abundance))).toBe(0);
    expect(kernel.assess?.(there.tile, there.abundance)).toEqual(twin.assess?.(here.tile, here.abundance));
  }
}

const usual: Case = {
  seed: 1,
  typeCount: 5,
  spotCount: 40,
  lambda: 0.4,
  sparsity: 0.01,
  relaxation: 1,
  hasWeights: false,
  single: false,
  alike: false,
};

describe("the kernel of the sweep has the bits of its twin", () => {
  it.each(Array.from({ length: 70 }, (_, k) => k + 1))("for %i types", (typeCount) => {
    for (const single of [false, true, "statistics"] as const) {
      for (const lambda of [0, 0.4, 300]) {
        expectSameBits({ ...usual, seed: typeCount, typeCount, spotCount: 12, single, lambda });
        expectSameBits({
          ...usual,
          seed: typeCount,
          typeCount,
          spotCount: 12,
          single,
          lambda,
          relaxation: 1.6,
        });
      }
    }
  });

  it("for any problem", () => {
    const cases = fc.record({
      seed: fc.nat(2 ** 30),
      typeCount: fc.integer({ min: 1, max: 24 }),
      spotCount: fc.integer({ min: 1, max: 60 }),
      lambda: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true })),
      sparsity: fc.double({ min: 0, max: 2, noNaN: true }),
      relaxation: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1.95, noNaN: true })),
      hasWeights: fc.boolean(),
      single: fc.constantFrom(false, true, "statistics" as const),
      alike: fc.boolean(),
    });
    fc.assert(fc.property(cases, expectSameBits), { numRuns: 150 });
  });

  it("and leaves arrays that lie elsewhere to it", () => {
    const reference = referenceOf(usual);
    const problem = { lambda: 0.4, sparsity: 0.01, meanDegree: 4 };
    const arena = createArena();
    const kernel = leastSquaresSession(reference, { ...problem, arena });
    const here = sectionOf(usual, reference.gram);
    const elsewhere = sectionOf(usual, reference.gram);
    const stats = leastSquaresSession(reference, problem).sweep(here.tile, here.abundance);
    expect(kernel.sweep(elsewhere.tile, elsewhere.abundance)).toEqual(stats);
    expect(Buffer.compare(bytes(elsewhere.abundance), bytes(here.abundance))).toBe(0);
    // Another arena's arrays are not this one's either.
    const other = moveTo(createArena(), here.tile, here.abundance);
    expect(kernel.sweep(other.tile, other.abundance).largestChange).toBeGreaterThan(0);
  });
});

it("the runtime of these tests has the kernels", () => {
  expect(chooseKernel("wasm", createArena)).toBeDefined();
});
