import type { ReferenceSignature } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { markerGenes } from "../src/marker-genes.js";

const signatureOf = (rows: number[][]): ReferenceSignature => ({
  typeNames: rows.map((_, type) => `t${type}`),
  geneNames: rows[0].map((_, gene) => `g${gene}`),
  values: Float64Array.from(rows.flat()),
});
const markersOf = (rows: number[][], markersPerType: number) => [
  ...markerGenes(signatureOf(rows), { markersPerType }),
];

describe("markerGenes", () => {
  it("takes each type's most specific genes, on fractions of its row", () => {
    // Fractions: t0 0.6 0.3 0.1 0, t1 0.1 0.1 0.3 0.5 (its row sums to 100).
    expect(
      markersOf(
        [
          [6, 3, 1, 0],
          [10, 10, 30, 50],
        ],
        1,
      ),
    ).toEqual([0, 3]);
  });

  it("measures specificity against the second type, not the least", () => {
    // Gene 0: 0.5 - 0.4; gene 1: 0.3 - 0.1.
    expect(
      markersOf(
        [
          [5, 3, 2],
          [4, 1, 5],
          [0, 1, 9],
        ],
        1,
      ),
    ).toEqual([1, 2]);
  });

  it("gives a tie to the lower type and then to the lower gene", () => {
    // All genes tie between both types, so t0 leads in all and t1 in none: t1 gives its highest, gene 0.
    const tied = [
      [2, 2, 1],
      [2, 2, 1],
    ];
    expect(markersOf(tied, 1)).toEqual([0]);
    expect(markersOf(tied, 2)).toEqual([0, 1]);
  });

  it("lets a type that leads in no gene give its highest genes", () => {
    // t2 is greatest nowhere; gene 2 is its highest, and neither t0 nor t1 would have given it.
    expect(
      markersOf(
        [
          [60, 0, 40, 0],
          [0, 60, 0, 40],
          [25, 25, 35, 15],
        ],
        1,
      ),
    ).toEqual([0, 1, 2]);
  });

  it("never takes a gene without counts, nor stumbles over a type without", () => {
    expect(
      markersOf(
        [
          [0, 5, 0, 1],
          [0, 1, 0, 5],
          [0, 0, 0, 0],
        ],
        50,
      ),
    ).toEqual([1, 3]);
  });

  it("takes the first genes of a single type", () => {
    expect(markersOf([[0, 5, 3]], 2)).toEqual([0, 1]);
    expect(markersOf([[0, 5, 3]], 50)).toEqual([0, 1, 2]);
  });
});
