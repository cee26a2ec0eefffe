import {
  type ArenaArrayConstructor,
  chooseKernel,
  createArena,
  type SharedArena,
} from "@flashdeconv/kernels";
import type { SolverReference, StatArray, Tile } from "@flashdeconv/solver";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weightedSession } from "../src/weighted-session.js";

interface Case {
  readonly seed: number;
  readonly typeCount: number;
  readonly spotCount: number;
  readonly smoothing: number;
  readonly relaxation: number;
  readonly hasWeights: boolean;
  readonly single: boolean;
  /** Gives every type a near duplicate, so that types enter, leave and are barred. */
  readonly alike: boolean;
}

/** A generator of numbers in 0 .. 1. */
function stream(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

function referenceOf({ seed, typeCount, alike }: Case): SolverReference {
  const next = stream(seed);
  const width = typeCount + 3;
  const rows = Float64Array.from({ length: typeCount * width }, () => 0.2 + next() ** 3);
  if (alike) {
    for (let k = 1; k < typeCount; k += 2) {
      for (let j = 0; j < width; j++) {
        rows[k * width + j] = 0.999 * rows[(k - 1) * width + j] + 0.001 * rows[k * width + j];
      }
    }
  }
  const gram = new Float64Array(typeCount * typeCount);
  for (let a = 0; a < typeCount; a++) {
    for (let b = 0; b < typeCount; b++) {
      for (let j = 0; j < width; j++) gram[a * typeCount + b] += rows[a * width + j] * rows[b * width + j];
    }
  }
  const typeNames = Array.from({ length: typeCount }, (_, k) => `type ${k}`);
  return { typeNames, width: typeCount, values: gram, gram };
}

/** A section with spots of no, one and many neighbours, empty spots, and abundances that are partly 0. */
function sectionOf({ seed, typeCount, spotCount, hasWeights, single, relaxation }: Case, gram: Float64Array) {
  const next = stream(seed + 1);
  const indptr = new Int32Array(spotCount + 1);
  const indices: number[] = [];
  for (let spot = 0; spot < spotCount; spot++) {
    const degree = Math.floor(9 * next() * next());
    for (let i = 0; i < degree; i++) indices.push(Math.floor(next() * spotCount));
    indptr[spot + 1] = indices.length;
  }
  const Storage = single ? Float32Array : Float64Array;
  const statistics = new Storage(spotCount * (typeCount + 1));
  for (let spot = 0; spot < spotCount; spot++) {
    if (next() < 0.1) continue;
    for (let k = 0; k < typeCount; k++) {
      const amount = next() < 0.3 ? 5 * next() : 0;
      for (let l = 0; l < typeCount; l++) {
        statistics[spot * (typeCount + 1) + l] += amount * gram[k * typeCount + l] + 0.3 * (next() - 0.5);
      }
    }
    statistics[spot * (typeCount + 1) + typeCount] = 10 * next();
  }
  const abundance = new Storage(spotCount * typeCount);
  // In some spots and all around them a type is nowhere.
  for (let i = 0; i < abundance.length; i++) abundance[i] = next() < 0.6 ? 0 : next() ** 4;
  const spots = Int32Array.from({ length: spotCount }, (_, i) => i).sort(() => next() - 0.5);
  const weights = hasWeights ? Float64Array.from(indices, () => next()) : undefined;
  const tile: Tile = { spots, statistics, indptr, indices: Int32Array.from(indices), weights, relaxation };
  return { tile, abundance };
}

function moveTo(arena: SharedArena, tile: Tile, abundance: StatArray) {
  const moved = <A extends Int32Array | Float32Array | Float64Array>(array: A): A => {
    const copy = arena.allocate(array.constructor as ArenaArrayConstructor<A>, array.length);
    if (!copy) throw new Error("no room");
    copy.set(array);
    return copy;
  };
  const { spots, statistics, indptr, indices, weights, relaxation } = tile;
  return {
    tile: {
      spots: moved(spots),
      statistics: moved(statistics),
      indptr: moved(indptr),
      indices: moved(indices),
      weights: weights && moved(weights),
      relaxation,
    },
    abundance: moved(abundance),
  };
}

function bytes({ buffer, byteOffset, byteLength }: StatArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Sweeps and judges a section by the kernel and by its twin, some rounds, and compares all they give. */
function expectSameBits(one: Case): void {
  const reference = referenceOf(one);
  const problem = { smoothing: one.smoothing, epsilon: 0.005, meanDegree: 4, meanDepth: 10 };
  const arena = createArena();
  const twin = weightedSession(reference, problem);
  const kernel = weightedSession(reference, { ...problem, arena });
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
  smoothing: 4,
  relaxation: 1,
  hasWeights: false,
  single: false,
  alike: false,
};

describe("the kernel of the sweep has the bits of its twin", () => {
  it.each([...Array.from({ length: 24 }, (_, k) => k + 1), 33, 60])("for %i types", (typeCount) => {
    for (const single of [false, true]) {
      for (const smoothing of [0, 4, 3000]) {
        expectSameBits({ ...usual, seed: typeCount, typeCount, spotCount: 12, single, smoothing });
        expectSameBits({
          ...usual,
          seed: typeCount,
          typeCount,
          spotCount: 12,
          single,
          smoothing,
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
      smoothing: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1000, noNaN: true })),
      relaxation: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1.95, noNaN: true })),
      hasWeights: fc.boolean(),
      single: fc.boolean(),
      alike: fc.boolean(),
    });
    fc.assert(fc.property(cases, expectSameBits), { numRuns: 150 });
  });

  it("and leaves arrays that lie elsewhere to it", () => {
    const reference = referenceOf(usual);
    const problem = { smoothing: 4, epsilon: 0.005, meanDegree: 4, meanDepth: 10 };
    const arena = createArena();
    const kernel = weightedSession(reference, { ...problem, arena });
    const here = sectionOf(usual, reference.gram);
    const elsewhere = sectionOf(usual, reference.gram);
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
