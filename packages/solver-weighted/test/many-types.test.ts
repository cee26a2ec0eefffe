import { describe, expect, it } from "vitest";
import { referenceOf, sectionOf } from "../../solver/test/kernel-tiles.js";
import { weightedSession } from "../src/weighted-session.js";

const typeCount = 70;
const drawn = {
  seed: 3,
  typeCount,
  spotCount: 30,
  relaxation: 1,
  hasWeights: false,
  single: false,
  alike: false,
} as const;

/** Rows of factored matrices in one sweep: an exact step takes a root for each. */
function rowsFactored(tissue: { smoothing: number; shrinkage: number }, hasNeighbors: boolean): number {
  const reference = referenceOf(drawn);
  const composition = new Float64Array(typeCount).fill(1 / typeCount);
  const session = weightedSession(reference, {
    ...tissue,
    composition,
    epsilon: 0.005,
    meanDegree: 4,
    meanDepth: 10,
  });
  const { tile, abundance } = sectionOf(drawn, reference.gram);
  const alone = { ...tile, indptr: new Int32Array(tile.indptr.length) };
  const { sqrt } = Math;
  let count = 0;
  Math.sqrt = (value) => {
    count++;
    return sqrt(value);
  };
  try {
    session.sweep(hasNeighbors ? tile : alone, abundance);
  } finally {
    Math.sqrt = sqrt;
  }
  return count;
}

describe("with many types no spot takes an exact step, which costs the cube of their number,", () => {
  it("where the tissue pulls at it, with neighbours or without", () => {
    expect(rowsFactored({ smoothing: 0, shrinkage: 8 }, true)).toBe(0);
    expect(rowsFactored({ smoothing: 0, shrinkage: 8 }, false)).toBe(0);
  });

  it("but where nothing does", () => {
    expect(rowsFactored({ smoothing: 0, shrinkage: 0 }, false)).toBeGreaterThan(0);
  });
});
