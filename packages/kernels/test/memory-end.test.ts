import { describe, expect, it } from "vitest";
import {
  type ArenaArray,
  type ArenaArrayConstructor,
  createArena,
  relativeSweepKernel,
  type SharedArena,
  spotSweepKernel,
} from "../src/index.js";

const LINE_BYTES = 64;
/** More than kernels fetch ahead. */
const SPOTS = 64;
const ARRAYS = ["spots", "statistics", "abundance", "indptr", "indices", "weights"] as const;
type Name = (typeof ARRAYS)[number];

/** Types whose rows fill lines, and such whose last number shares its vector with what is not theirs. */
const TYPE_COUNTS = [1, 2, 3, 4, 5, 8, 15, 16];
/** No spot with neighbours, or the first ones in a ring and the last ones alone. */
const RINGS = [0, 32, 64];

/** Fills an arena so that the named array ends where its memory does. */
function endingWith(arena: SharedArena, last: Name, sizes: Record<Name, number>, isDouble: boolean) {
  const Floats = isDouble ? Float64Array : Float32Array;
  const constructors = {
    spots: Int32Array,
    statistics: Floats,
    abundance: Floats,
    indptr: Int32Array,
    indices: Int32Array,
    weights: Float64Array,
  };
  const arrays: Partial<Record<Name, ArenaArray>> = {};
  const place = (name: Name) => {
    const array = arena.allocate(constructors[name] as ArenaArrayConstructor<ArenaArray>, sizes[name]);
    if (!array) throw new Error("the arena is full");
    arrays[name] = array;
  };
  for (const name of ARRAYS) if (name !== last) place(name);
  const lastBytes = sizes[last] * constructors[last].BYTES_PER_ELEMENT;
  const filled = arena.mark() * LINE_BYTES + Math.ceil(lastBytes / LINE_BYTES) * LINE_BYTES;
  const room = Math.ceil(filled / 65_536) * 65_536 - filled;
  arena.allocate(Float64Array, room / 8);
  place(last);
  expect(arena.mark() * LINE_BYTES).toBe(arena.memory.buffer.byteLength);
  return arrays as {
    spots: Int32Array;
    statistics: Float32Array;
    abundance: Float32Array;
    indptr: Int32Array;
    indices: Int32Array;
    weights: Float64Array;
  };
}

function kernelsOf(arena: SharedArena, typeCount: number) {
  const gram = new Float64Array(typeCount * typeCount);
  for (let k = 0; k < typeCount; k++) gram[k * typeCount + k] = 2;
  const rowLength = 4 * Math.ceil(typeCount / 4);
  const composition = new Float64Array(typeCount).fill(1 / typeCount);
  const relative = relativeSweepKernel(arena, {
    typeCount,
    gram,
    edgeWeight: 1,
    epsilon: 0.01,
    tissue: { composition, weight: 1 },
    bound: { direction: new Float64Array(typeCount), excess: 0, rest: 2 },
    single: {
      remainder: new Float32Array(typeCount * rowLength),
      direction: new Float32Array(rowLength),
      composition: new Float32Array(rowLength).fill(1 / typeCount),
      excess: 0,
      rest: 2,
    },
  });
  const spot = spotSweepKernel(arena, {
    typeCount,
    gram,
    lambda: 1,
    sparsity: 0.1,
    smallest: 2,
    deflatedShift: Number.POSITIVE_INFINITY,
  });
  if (!relative || !spot) throw new Error("the arena is full");
  return { relative, spot };
}

describe("a kernel whose array ends where the memory ends reads nothing behind it", () => {
  const rows = ARRAYS.flatMap((last) => RINGS.map((ring) => ({ last, ring })));
  it.each(rows)("$last, $ring spots in a ring", ({ last, ring }) => {
    for (const typeCount of TYPE_COUNTS) {
      for (const isDouble of [false, true]) {
        const arena = createArena();
        const { relative, spot } = kernelsOf(arena, typeCount);
        const sizes = {
          spots: SPOTS,
          statistics: SPOTS * (typeCount + 1),
          abundance: SPOTS * typeCount,
          indptr: SPOTS + 1,
          indices: 2 * ring,
          weights: 2 * ring,
        };
        const arrays = endingWith(arena, last, sizes, isDouble);
        arrays.spots.forEach((_, i) => {
          arrays.spots[i] = i;
        });
        arrays.indptr.forEach((_, i) => {
          arrays.indptr[i] = 2 * Math.min(i, ring);
        });
        for (let e = 0; e < 2 * ring; e++) arrays.indices[e] = ((e >> 1) + (e & 1 ? 1 : ring - 1)) % ring;
        arrays.statistics.fill(1);
        arrays.abundance.fill(0.5);
        arrays.weights.fill(1);
        for (const weights of [undefined, arrays.weights]) {
          const { abundance, weights: _, ...placed } = arrays;
          const tile = { ...placed, ...(weights ? { weights } : {}), relaxation: 1 };
          expect(relative.startCounts(tile, abundance)).toBe(!isDouble);
          expect(relative.sweepCounts(tile, abundance)).toBeGreaterThanOrEqual(0);
          expect(relative.assessCounts(tile, abundance)?.objective).toBeTypeOf("number");
          expect(spot.sweepSpots(tile, abundance)).toBeGreaterThanOrEqual(0);
          expect(spot.assessSpots(tile, abundance)?.objective).toBeTypeOf("number");
        }
        expect(abundanceIsSound(arrays.abundance)).toBe(true);
      }
    }
  });
});

function abundanceIsSound(abundance: Float32Array) {
  return abundance.every((value) => Number.isFinite(value) && value >= 0);
}
