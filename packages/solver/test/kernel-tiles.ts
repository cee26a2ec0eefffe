import { type ArenaArrayConstructor, createArena, type SharedArena } from "@flashdeconv/kernels";
import fc from "fast-check";
import { expect } from "vitest";
import type { SolverReference, SolverSession, StatArray, Tile } from "../src/solver.js";

/** What a tile for kernels and twins is drawn by. */
export interface TileCase {
  readonly seed: number;
  readonly typeCount: number;
  readonly spotCount: number;
  readonly relaxation: number;
  readonly hasWeights: boolean;
  /** Whether numbers are in single precision: all, none, or statistics alone. */
  readonly single: boolean | "statistics";
  /** Gives every type a near duplicate, so that types enter, leave and are barred. */
  readonly alike: boolean;
}

export const USUAL_TILE: TileCase = {
  seed: 1,
  typeCount: 5,
  spotCount: 40,
  relaxation: 1,
  hasWeights: false,
  single: false,
  alike: false,
};

/** Any tile, for every kernel that sweeps tiles. */
export const ANY_TILE = {
  seed: fc.nat(2 ** 30),
  typeCount: fc.integer({ min: 1, max: 24 }),
  spotCount: fc.integer({ min: 1, max: 60 }),
  relaxation: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1.95, noNaN: true })),
  hasWeights: fc.boolean(),
  single: fc.constantFrom(false, true, "statistics" as const),
  alike: fc.boolean(),
};

/** A tile without over-relaxation and with, in each precision: what is tried for every number of types. */
export function eachPrecision(typeCount: number): TileCase[] {
  return ([false, true, "statistics"] as const).flatMap((single) =>
    [1, 1.6].map((relaxation) => ({
      ...USUAL_TILE,
      seed: typeCount,
      typeCount,
      spotCount: 12,
      single,
      relaxation,
    })),
  );
}

/** A section, and sessions over it by the kernel where they are given an arena, else by its twin. */
export interface BothWays {
  readonly start: (arena?: SharedArena) => SolverSession;
  readonly section: () => { readonly tile: Tile; readonly abundance: StatArray };
}

/** Sweeps and judges a section by the kernel and by its twin, some rounds, and compares all they give. */
export function expectSameBits({ start, section }: BothWays): void {
  const arena = createArena();
  const twin = start();
  const kernel = start(arena);
  const here = section();
  const there = moveTo(arena, here.tile, here.abundance);
  for (let round = 0; round < 3; round++) {
    const stats = twin.sweep(here.tile, here.abundance);
    expect(kernel.sweep(there.tile, there.abundance)).toEqual(stats);
    expect(Buffer.compare(bytes(there.abundance), bytes(here.abundance))).toBe(0);
    expect(kernel.assess?.(there.tile, there.abundance)).toEqual(twin.assess?.(here.tile, here.abundance));
  }
}

/** Arrays that lie elsewhere, also in another arena, are left to the twin. */
export function expectTwinElsewhere({ start, section }: BothWays): void {
  const kernel = start(createArena());
  const here = section();
  const elsewhere = section();
  const stats = start().sweep(here.tile, here.abundance);
  expect(kernel.sweep(elsewhere.tile, elsewhere.abundance)).toEqual(stats);
  expect(Buffer.compare(bytes(elsewhere.abundance), bytes(here.abundance))).toBe(0);
  const other = moveTo(createArena(), here.tile, here.abundance);
  expect(kernel.sweep(other.tile, other.abundance).largestChange).toBeGreaterThan(0);
}

function bytes({ buffer, byteOffset, byteLength }: StatArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A generator of numbers in 0 .. 1. */
function stream(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

export function referenceOf({ seed, typeCount, alike }: TileCase): SolverReference {
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

/**
 * A section with spots of no, one and many neighbours, empty spots, and abundances that are partly 0.
 *
 * @param drawAbundance given a generator of numbers in 0 .. 1
 */
export function sectionOf(
  { seed, typeCount, spotCount, hasWeights, single, relaxation }: TileCase,
  gram: Float64Array,
  drawAbundance: (next: () => number) => number = (next) => (next() < 0.5 ? 0 : next()),
) {
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
  const abundance = new (single === true ? Float32Array : Float64Array)(spotCount * typeCount);
  for (let i = 0; i < abundance.length; i++) abundance[i] = drawAbundance(next);
  const spots = Int32Array.from({ length: spotCount }, (_, i) => i).sort(() => next() - 0.5);
  const weights = hasWeights ? Float64Array.from(indices, () => next()) : undefined;
  const tile: Tile = { spots, statistics, indptr, indices: Int32Array.from(indices), weights, relaxation };
  return { tile, abundance };
}

/** The tile with all its arrays in an arena. */
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
