import type { CsrChunk } from "@flashdeconv/core";
import { symmetricEigen } from "@flashdeconv/solver/internal";
import { buildCountModel, expressionProfiles } from "@flashdeconv/solver-weighted";
import { describe, expect, it } from "vitest";
import type { Problem } from "../src/contracts/problem.js";
import { referenceNoise, withoutNoise } from "../src/tuning/reference-noise.js";
import { meanOf } from "../src/tuning/search-strength.js";
import { countJudge, spotLosses } from "../src/tuning/spot-losses.js";

const TYPES = 3;
const GENES = 900;
const CELLS = 10;
/** Counts of a type in the reference: 10 of each gene. */
const COUNTS = 9000;
const SPOTS = 300;
const DEPTH = 3000;

let state = 1;
function uniform(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}

/** So many counts thrown into genes with these shares. */
function thrown(shares: Float64Array, count: number): Float64Array {
  let sum = 0;
  const upTo = shares.map((share) => (sum += share));
  const counts = new Float64Array(shares.length);
  for (let i = 0; i < count; i++) {
    const at = uniform() * sum;
    counts[upTo.findIndex((end) => at < end)]++;
  }
  return counts;
}

/** Each type has a third of the genes twice as often as the others. */
const exact = expressionProfiles(
  Float64Array.from({ length: TYPES * GENES }, (_, i) => (i % TYPES === Math.floor(i / GENES) ? 2 : 1)),
  TYPES,
);
const rowOf = (k: number) => exact.subarray(k * GENES, (k + 1) * GENES);
const bulk = new Float64Array(GENES).fill((SPOTS * DEPTH) / GENES);
const modelOf = (profiles: Float64Array) =>
  buildCountModel(profiles, bulk, { meanDepth: DEPTH, overdispersion: 0 });

const typeNames = ["a", "b", "c"];
const means = new Float64Array(TYPES * GENES);
for (let k = 0; k < TYPES; k++) {
  means.set(
    thrown(rowOf(k), COUNTS).map((count) => count / CELLS),
    k * GENES,
  );
}
const signature = {
  typeNames,
  geneNames: Array.from({ length: GENES }, (_, g) => `g${g}`),
  values: means,
};
const cellCounts = new Map(typeNames.map((name) => [name, CELLS]));
const model = modelOf(expressionProfiles(means, TYPES));
const noise = referenceNoise(model, signature, cellCounts);

/** How far types are apart: what is left of the diagonal beside the rest. */
const apart = (gram: Float64Array) =>
  gram.reduce((sum, value, i) => sum + (i % (TYPES + 1) === 0 ? value : -value / (TYPES - 1)), 0);

describe("the noise of the reference's means", () => {
  it("is what makes types look farther apart than they are", () => {
    const truth = apart(modelOf(exact).gram);
    expect(apart(model.gram) / truth).toBeGreaterThan(1.4);
    expect(apart(withoutNoise(model.gram, noise)) / truth).toBeCloseTo(1, 1);
  });

  it("is less where more cells were counted", () => {
    const more = referenceNoise(model, signature, new Map(typeNames.map((name) => [name, 4 * CELLS])));
    expect(more[0]).toBeCloseTo(noise[0] / 4, 12);
  });

  it("leaves at least half of what tells any types apart, those that differ by noise alone among them", () => {
    const gram = Float64Array.of(1, 0.99, 0.2, 0.99, 1, 0.2, 0.2, 0.2, 1);
    const left = withoutNoise(gram, Float64Array.of(0.2, 0.2, 0.2));
    const { values } = symmetricEigen(
      left.map((value, i) => value - gram[i] / 2),
      TYPES,
    );
    expect(Math.min(...values)).toBeGreaterThan(-1e-12);
    expect(left[0]).toBeLessThan(1);
    expect(left[1]).toBe(0.99);
  });

  it("takes nothing away where nobody counted cells", () => {
    expect(withoutNoise(model.gram, new Float64Array(TYPES))).toBe(model.gram);
  });
});

describe("the judge of counts, with a reference of few cells", () => {
  const mixes = Array.from({ length: SPOTS }, (_, spot) =>
    Float64Array.from({ length: TYPES }, (_, k) => (k === spot % TYPES ? 0.6 : 0.2)),
  );
  const half = (): CsrChunk => {
    const rows = mixes.map((mix) => {
      const shares = Float64Array.from({ length: GENES }, (_, g) =>
        mix.reduce((sum, part, k) => sum + part * exact[k * GENES + g], 0),
      );
      return thrown(shares, DEPTH / 2);
    });
    return {
      kind: "csr",
      spotStart: 0,
      spotCount: SPOTS,
      width: GENES,
      indptr: Int32Array.from({ length: SPOTS + 1 }, (_, i) => i * GENES),
      indices: Int32Array.from({ length: SPOTS * GENES }, (_, i) => i % GENES),
      values: Float64Array.from(rows.flatMap((row) => [...row])),
    };
  };
  const halves = { first: half(), second: half() };
  const problem = { scale: "weighed counts", signature, statistics: model } as unknown as Problem;
  /** Proportions drawn towards the whole by some share. */
  const drawn = (share: number) =>
    Float64Array.from(mixes.flatMap((mix) => [...mix].map((part) => part + share * (1 / TYPES - part))));
  const lossOf = (share: number, known?: Float64Array) =>
    meanOf(spotLosses(drawn(share), countJudge(problem, SPOTS, halves, known), TYPES));

  it("finds the truth nearest, where with the noise in it would find what is drawn towards the whole", () => {
    expect(lossOf(0.3)).toBeLessThan(lossOf(0));
    expect(lossOf(0, noise)).toBeLessThan(lossOf(0.3, noise));
    expect(lossOf(0, noise)).toBeLessThan(lossOf(-0.3, noise));
  });
});
