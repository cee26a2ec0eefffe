import { collect } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildCountLikelihood, type CountLikelihood } from "../src/count-likelihood.js";
import { buildCountFit, fitCounts } from "../src/fit-counts.js";
import type { CountRow } from "../src/newton-step.js";

/** F of count-likelihood.ts, written out over all genes. */
function slowObjective(likelihood: CountLikelihood, counts: readonly number[], b: ArrayLike<number>): number {
  const { typeCount, geneCount, shares, weights } = likelihood;
  let value = 0;
  for (let g = 0; g < geneCount; g++) {
    let mean = 0;
    for (let k = 0; k < typeCount; k++) mean += b[k] * shares[g * typeCount + k];
    value += weights[g] * (mean - (counts[g] > 0 ? counts[g] * Math.log(mean) : 0));
  }
  return value;
}

/** The expectation-maximisation update of a weighted Poisson likelihood, many times over: slow, and plainly right. */
function fitByExpectation(
  likelihood: CountLikelihood,
  counts: readonly number[],
  roundCount: number,
): Float64Array {
  const { typeCount, geneCount, shares, weights, totals } = likelihood;
  let b = new Float64Array(typeCount).fill(1);
  for (let round = 0; round < roundCount; round++) {
    const next = new Float64Array(typeCount);
    for (let g = 0; g < geneCount; g++) {
      let mean = 0;
      for (let k = 0; k < typeCount; k++) mean += b[k] * shares[g * typeCount + k];
      for (let k = 0; k < typeCount; k++) {
        next[k] += (weights[g] * counts[g] * b[k] * shares[g * typeCount + k]) / mean;
      }
    }
    b = next.map((sum, k) => sum / totals[k]);
  }
  return b;
}

function rowOf(counts: readonly number[]): CountRow {
  const genes = counts.flatMap((count, gene) => (count > 0 ? [gene] : []));
  const values = Float64Array.from(genes, (gene) => counts[gene]);
  return { indices: Int32Array.from(genes), values, start: 0, end: genes.length };
}

const problems = fc.integer({ min: 1, max: 5 }).chain((typeCount) =>
  fc.record({
    typeCount: fc.constant(typeCount),
    signature: fc.array(fc.integer({ min: 0, max: 30 }), {
      minLength: 8 * typeCount,
      maxLength: 8 * typeCount,
    }),
    counts: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 8, maxLength: 8 }),
    overdispersion: fc.constantFrom(0, 0.3, 5),
  }),
);

describe("fitCounts", () => {
  it("ends where no abundance can change for the better, for any signature and counts", () => {
    fc.assert(
      fc.property(problems, ({ typeCount, signature, counts, overdispersion }) => {
        const means = Float64Array.from(signature, (value) => value + 0.01);
        const likelihood = buildCountLikelihood(means, typeCount, { overdispersion, meanDepth: 100 });
        const fit = buildCountFit(likelihood);
        fitCounts(fit, rowOf(counts));
        const { abundance, gradient } = fit;
        for (let k = 0; k < typeCount; k++) {
          expect(abundance[k]).toBeGreaterThanOrEqual(0);
          if (abundance[k] > 0) expect(Math.abs(gradient[k]) * abundance[k]).toBeLessThan(1e-4);
          else expect(gradient[k]).toBeGreaterThan(-1e-6);
        }
        const reached = slowObjective(likelihood, counts, abundance);
        const expected = slowObjective(likelihood, counts, fitByExpectation(likelihood, counts, 300));
        if (counts.some((count) => count > 0)) expect(reached).toBeLessThan(expected + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it("has the gradient of the objective", () => {
    const signature = Float64Array.from({ length: 30 }, (_, i) => 1 + ((i * 7) % 13));
    const counts = [4, 0, 9, 2, 0, 1, 7, 3, 0, 5];
    for (const overdispersion of [0, 0.5]) {
      const likelihood = buildCountLikelihood(signature, 3, { overdispersion, meanDepth: 40 });
      const fit = buildCountFit(likelihood);
      fitCounts(fit, rowOf(counts));
      const optimum = slowObjective(likelihood, counts, fit.abundance);
      for (let k = 0; k < 3; k++) {
        const moved = fit.abundance.slice();
        moved[k] += 0.01;
        expect(slowObjective(likelihood, counts, moved)).toBeGreaterThan(optimum);
        moved[k] = fit.abundance[k] + 1e-6;
        const slope = (slowObjective(likelihood, counts, moved) - optimum) / 1e-6;
        expect(Math.abs(slope - fit.gradient[k])).toBeLessThan(1e-3);
      }
    }
  });

  it("takes a few steps on sparse and on deep spots of many types", async () => {
    for (const depth of [50, 1000]) {
      const tissue = simulateTissue({ spotCount: 200, geneCount: 800, typeCount: 15, depth, seed: 2 });
      const likelihood = buildCountLikelihood(tissue.reference.signature.values, 15, {
        overdispersion: 0,
        meanDepth: depth,
      });
      const fit = buildCountFit(likelihood);
      const { indptr, indices, values } = await collect(tissue.counts);
      const steps = Array.from({ length: 200 }, (_, spot) =>
        fitCounts(fit, { indices, values, start: indptr[spot], end: indptr[spot + 1] }),
      );
      expect(Math.max(...steps)).toBeLessThanOrEqual(20);
      expect(steps.reduce((sum, count) => sum + count) / 200).toBeLessThan(9);
    }
  });

  it("does not let one count in a gene that a reference of few cells never showed decide", () => {
    // Type 1 was never seen with gene 2; a spot of it has one such count, by chance or by a fault.
    const likelihood = buildCountLikelihood(Float64Array.of(50, 45, 5, 10, 90, 0), 2, {
      overdispersion: 0,
      meanDepth: 100,
    });
    const fit = buildCountFit(likelihood);
    fitCounts(fit, rowOf([10, 90, 1]));
    expect(fit.abundance[1]).toBeGreaterThan(90);
  });
});

it("has a curvature that is the same on both sides of the diagonal, to the bit, wherever it is taken", () => {
  const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.array(share, { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 6 }),
      (rows) => {
        const signature = Float64Array.from(
          rows.flatMap((row) => row.map((one) => one / row.reduce((a, b) => a + b))),
        );
        for (const curvatureMeans of [undefined, Float64Array.of(0.1, 0.2, 0.3, 0.4)]) {
          const variance = { meanDepth: 100, overdispersion: 0.3, ...(curvatureMeans && { curvatureMeans }) };
          const { gram } = buildCountLikelihood(signature, rows.length, variance);
          const turned = gram.map(
            (_, i) => gram[(i % rows.length) * rows.length + Math.floor(i / rows.length)],
          );
          expect(gram).toEqual(turned);
        }
      },
    ),
  );
});
