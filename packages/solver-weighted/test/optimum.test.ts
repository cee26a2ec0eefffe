import type { Allocate } from "@flashdeconv/core/internal";
import { type ArenaArrayConstructor, createArena } from "@flashdeconv/kernels";
import { resolveSolveOptions, type StatArray, solve } from "@flashdeconv/solver";
import { describe, expect, it } from "vitest";
import { weighted } from "../src/index.js";
import { noisyTissue, type Tissue } from "./tissue.js";

const TOLERANCE = 1e-3;
const arena = createArena();

const allocate: Allocate = (Type, length) => {
  const array = arena.allocate(Type, length);
  if (!array) throw new Error("no room");
  return array;
};

/** The answer by kernels, as a run stores it, or close to the optimum in double precision. */
async function answer(tissue: Tissue, strengths: object, isClose: boolean): Promise<StatArray> {
  const { reference, graph, spotCount, typeCount, meanDepth } = tissue;
  const place = <A extends Int32Array | Float32Array | Float64Array>(
    Type: ArenaArrayConstructor<A>,
    values: ArrayLike<number>,
  ): A => {
    const array = allocate(Type, values.length);
    array.set(values);
    return array;
  };
  const session = weighted.start(reference, weighted.resolveOptions(strengths), {
    spotCount,
    meanDegree: graph.indices.length / spotCount,
    meanDepth,
    composition: tissue.composition,
    arena,
  });
  const input = {
    typeCount,
    statistics: place(Float32Array, tissue.statistics),
    graph: {
      spotCount,
      indptr: place(Int32Array, graph.indptr),
      indices: place(Int32Array, graph.indices),
    },
    abundance: isClose
      ? allocate(Float64Array, spotCount * typeCount)
      : allocate(Float32Array, spotCount * typeCount),
    allocate,
  };
  const options = resolveSolveOptions({ tolerance: isClose ? 1e-6 : TOLERANCE });
  const { abundance, converged } = await solve(weighted, session, input, options);
  // Spots by themselves are solved at once, and no closer than their statistics are rounded.
  expect(converged || (isClose && session.pull === 0)).toBe(true);
  return abundance;
}

/** Largest distance of a proportion in one answer from that in another. */
function distance(first: StatArray, second: StatArray, typeCount: number): number {
  let largest = 0;
  const totalAt = (rows: StatArray, row: number) => {
    let total = 0;
    for (let k = row; k < row + typeCount; k++) total += rows[k];
    return total;
  };
  for (let row = 0; row < first.length; row += typeCount) {
    const totals = [totalAt(first, row), totalAt(second, row)];
    if (totals[0] === 0 && totals[1] === 0) continue;
    for (let k = row; k < row + typeCount; k++) {
      largest = Math.max(largest, Math.abs(first[k] / totals[0] - second[k] / totals[1]));
    }
  }
  return largest;
}

const SECTIONS = {
  plain: { depth: 150 },
  rough: { depth: 150, isRough: true },
  shuffled: { depth: 150, isShuffled: true },
  deep: { depth: 8000 },
  sparse: { depth: 8 },
};

describe("no proportion is farther from the optimum than the tolerance", () => {
  for (const [name, section] of Object.entries(SECTIONS)) {
    it.each([0, 2, 10, 40, 160, 640])(`on a ${name} section with smoothing %d`, async (smoothing) => {
      for (const typeCount of [2, 7, 20]) {
        const tissue = noisyTissue({ side: 18, typeCount, ...section });
        const found = await answer(tissue, { smoothing }, false);
        const close = await answer(tissue, { smoothing }, true);
        expect(distance(found, close, typeCount), `of ${typeCount} types`).toBeLessThan(TOLERANCE);
      }
    });
  }

  it.each([33, 60, 100])("of %d types", async (typeCount) => {
    const tissue = noisyTissue({ side: 12, typeCount, depth: 300 });
    for (const smoothing of [5, 80]) {
      const found = await answer(tissue, { smoothing }, false);
      const close = await answer(tissue, { smoothing }, true);
      expect(distance(found, close, typeCount)).toBeLessThan(TOLERANCE);
    }
  });

  it.each([1, 8, 64])("with shrinkage %d", async (shrinkage) => {
    const tissue = noisyTissue({ side: 18, typeCount: 9, depth: 60 });
    for (const smoothing of [0, 10]) {
      const found = await answer(tissue, { smoothing, shrinkage }, false);
      const close = await answer(tissue, { smoothing, shrinkage }, true);
      expect(distance(found, close, 9)).toBeLessThan(TOLERANCE);
    }
  });
});
