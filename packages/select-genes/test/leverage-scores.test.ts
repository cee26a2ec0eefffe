import type { ReferenceSignature } from "@flashdeconv/core";
import fc from "fast-check";
import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { leverageScores } from "../src/index.js";

const signatureOf = (rows: number[][]): ReferenceSignature => ({
  typeNames: rows.map((_, type) => `t${type}`),
  geneNames: rows[0].map((_, gene) => `g${gene}`),
  values: Float64Array.from(rows.flat()),
});

/** Without an SVD: the scores are the diagonal of C (C' C + 1e-6 I)^-1 C', C the centred genes x types. */
function ridgeLeverage(rows: number[][]): number[] {
  const typeCount = rows.length;
  const centred = rows[0].map((_, gene) => {
    const mean = rows.reduce((sum, row) => sum + row[gene], 0) / typeCount;
    return rows.map((row) => row[gene] - mean);
  });
  const matrix = new Matrix(centred);
  const ridged = matrix.transpose().mmul(matrix).add(Matrix.eye(typeCount).mul(1e-6));
  const scores = matrix.mmul(inverse(ridged)).mmul(matrix.transpose()).diagonal();
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / (total + 1e-6));
}

const signatures = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 12 }))
  .chain(([types, genes]) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: genes, maxLength: genes }), {
      minLength: types,
      maxLength: types,
    }),
  );

describe("leverageScores", () => {
  it("are those of ridge regression, for more genes than types and for fewer", () => {
    fc.assert(
      fc.property(signatures, (rows) => {
        const found = leverageScores(signatureOf(rows));
        const expected = ridgeLeverage(rows);
        expect(found.length).toBe(expected.length);
        // The inverse of the check is what limits the agreement.
        found.forEach((score, gene) => {
          expect(score).toBeCloseTo(expected[gene], 6);
        });
      }),
    );
  });

  it("share one direction by the squares of its genes", () => {
    // Centred: (1, -1) times 3 and 4; the squares are in 9 : 16.
    const [a, b, none] = leverageScores(
      signatureOf([
        [6, 8, 5],
        [0, 0, 5],
      ]),
    );
    expect(a).toBeCloseTo(9 / 25, 5);
    expect(b / a).toBeCloseTo(16 / 9, 12);
    expect(none).toBe(0);
  });

  it("are 0 where nothing differs", () => {
    expect([...leverageScores(signatureOf([[1, 5, 3]]))]).toEqual([0, 0, 0]);
    expect([
      ...leverageScores(
        signatureOf([
          [1, 2],
          [1, 2],
        ]),
      ),
    ]).toEqual([0, 0]);
  });
});
