import { chooseKernel, createArena } from "@flashdeconv/kernels";
import type { StatArray } from "@flashdeconv/solver";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moveTo, referenceOf, sectionOf, type TileCase } from "../../solver/test/kernel-tiles.js";
import { weightedSession } from "../src/weighted-session.js";

interface Case extends TileCase {
  readonly smoothing: number;
  readonly shrinkage: number;
}

/** In some spots and all around them a type is nowhere. */
const oftenNone = (next: () => number) => (next() < 0.6 ? 0 : next() ** 4);

function bytes({ buffer, byteOffset, byteLength }: StatArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Some types are missing from the tissue as a whole. */
function problemOf({ smoothing, shrinkage, typeCount }: Case) {
  const composition = Float64Array.from({ length: typeCount }, (_, k) => (k % 3 === 1 ? 0 : (k + 1) / 50));
  return { smoothing, shrinkage, composition, epsilon: 0.005, meanDegree: 4, meanDepth: 10 };
}

/** Sweeps and judges a section by the kernel and by its twin, some rounds, and compares all they give. */
function expectSameBits(one: Case): void {
  const reference = referenceOf(one);
  const problem = problemOf(one);
  const arena = createArena();
  const twin = weightedSession(reference, problem);
  const kernel = weightedSession(reference, { ...problem, arena });
  const here = sectionOf(one, reference.gram, oftenNone);
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
  smoothing: 4,
  shrinkage: 0,
  relaxation: 1,
  hasWeights: false,
  single: false,
  alike: false,
};

describe("the kernel of the sweep has the bits of its twin", () => {
  it.each([...Array.from({ length: 24 }, (_, k) => k + 1), 33, 60])("for %i types", (typeCount) => {
    for (const single of [false, true, "statistics"] as const) {
      for (const smoothing of [0, 4, 3000]) {
        for (const shrinkage of [0, 5]) {
          const one = { ...usual, seed: typeCount, typeCount, spotCount: 12, single, smoothing, shrinkage };
          expectSameBits(one);
          expectSameBits({ ...one, relaxation: 1.6 });
        }
      }
    }
  });

  it("for any problem", () => {
    const cases = fc.record({
      seed: fc.nat(2 ** 30),
      typeCount: fc.integer({ min: 1, max: 24 }),
      spotCount: fc.integer({ min: 1, max: 60 }),
      smoothing: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true })),
      shrinkage: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true })),
      relaxation: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1.95, noNaN: true })),
      hasWeights: fc.boolean(),
      single: fc.constantFrom(false, true, "statistics" as const),
      alike: fc.boolean(),
    });
    fc.assert(fc.property(cases, expectSameBits), { numRuns: 150 });
  });

  it("and leaves arrays that lie elsewhere to it", () => {
    const reference = referenceOf(usual);
    const problem = problemOf(usual);
    const arena = createArena();
    const kernel = weightedSession(reference, { ...problem, arena });
    const here = sectionOf(usual, reference.gram, oftenNone);
    const elsewhere = sectionOf(usual, reference.gram, oftenNone);
    const stats = weightedSession(reference, problem).sweep(here.tile, here.abundance);
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
