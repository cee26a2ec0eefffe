import { collect } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { buildProfiles } from "../src/expression-profiles.js";
import { mean, rowTotals } from "./tissue-tools.js";

describe("reference", () => {
  const options = { geneCount: 400, typeCount: 5, cellsPerType: 80, referenceDepth: 2000, seed: 2 };

  it("has the asked cells of every type, with the asked depth, around the signature", async () => {
    const { reference } = simulateTissue(options);
    const matrix = await collect(reference.counts);
    expect([reference.cellCount, matrix.spotCount]).toEqual([400, 400]);
    const perType = [0, 0, 0, 0, 0];
    for (const code of reference.cellTypes.codes) perType[code]++;
    expect(perType).toEqual([80, 80, 80, 80, 80]);
    expect(reference.cellTypes.names).toEqual(reference.signature.typeNames);
    const spread = Math.sqrt(Math.expm1(0.09) + 0.01);
    expect(Math.abs(mean(rowTotals(matrix)) / 2000 - 1)).toBeLessThan((5 * spread) / Math.sqrt(400));

    const means = new Float64Array(5 * 400);
    for (let cell = 0; cell < 400; cell++) {
      for (let i = matrix.indptr[cell]; i < matrix.indptr[cell + 1]; i++) {
        means[reference.cellTypes.codes[cell] * 400 + matrix.indices[i]] += matrix.values[i] / 80;
      }
    }
    means.forEach((found, i) => {
      const expected = reference.signature.values[i];
      // Poisson, gamma and depth variation together.
      const variance = expected + expected * expected * (0.3 * (1 + Math.expm1(0.09)) + Math.expm1(0.09));
      // Most genes are well within; the skew of rare genes asks for some room.
      expect(Math.abs(found - expected)).toBeLessThan(6 * Math.sqrt(variance / 80) + 0.2);
    });
  });

  it("lacks the missing types, which tissue and truth keep; the other cells stay as they are", async () => {
    const whole = simulateTissue({ ...options, spotCount: 300 });
    const lacking = simulateTissue({ ...options, spotCount: 300, missingTypeCount: 2 });
    expect(lacking.typeNames).toEqual(whole.typeNames);
    expect(await collect(lacking.truth)).toEqual(await collect(whole.truth));
    expect(await collect(lacking.counts)).toEqual(await collect(whole.counts));
    const { cellTypes, cellCount, signature } = lacking.reference;
    expect(cellCount).toBe(240);
    expect(cellTypes.names).toEqual(whole.typeNames.slice(0, 3));
    expect(new Set(cellTypes.codes)).toEqual(new Set([0, 1, 2]));
    expect(signature.typeNames).toEqual(cellTypes.names);
    expect(signature.values).toEqual(whole.reference.signature.values.subarray(0, 3 * 400));
    expect((await collect(lacking.reference.counts)).spotCount).toBe(240);
  });

  it("shows the markers of each type", () => {
    const { reference, options: resolved } = simulateTissue(options);
    const { markerType } = buildProfiles(resolved);
    const perType = [0, 0, 0, 0, 0];
    let leading = 0;
    markerType.forEach((type, gene) => {
      if (type < 0) return;
      perType[type]++;
      const own = reference.signature.values[type * 400 + gene];
      const others = [0, 1, 2, 3, 4]
        .filter((t) => t !== type)
        .map((t) => reference.signature.values[t * 400 + gene]);
      if (own > 2 * Math.max(...others)) leading++;
    });
    expect(perType).toEqual([12, 12, 12, 12, 12]);
    expect(leading).toBeGreaterThanOrEqual(58);
  });
});

describe("coordinates", () => {
  it("are a lattice in row order, about square, without two equal distances", async () => {
    const { values } = await collect(simulateTissue({ spotCount: 900, spotSpacing: 55 }).coordinates);
    const place = (spot: number) => [values[2 * spot], values[2 * spot + 1]] as const;
    const distances = new Set<number>();
    for (let spot = 0; spot + 1 < 900; spot++) {
      const [x, y] = place(spot);
      if (spot % 30 === 29) continue;
      const distance = Math.hypot(place(spot + 1)[0] - x, place(spot + 1)[1] - y);
      expect(distance).toBeGreaterThan(0.75 * 55);
      expect(distance).toBeLessThan(1.25 * 55);
      distances.add(distance);
    }
    expect(distances.size).toBe(870);
    const [x, y] = place(899);
    expect(x).toBeGreaterThan(29 * 55);
    expect(y).toBeGreaterThan(0.8 * 29 * 55);
    expect(y).toBeLessThan(0.95 * 29 * 55);
  });

  it("are the same places, each with another spot, when shuffled; the rest stays", async () => {
    for (const spotCount of [1, 2, 5, 64, 900]) {
      const inOrder = simulateTissue({ spotCount, geneCount: 50 });
      const shuffled = simulateTissue({ spotCount, geneCount: 50, shuffleCoordinates: true });
      const places = async (tissue: typeof inOrder) => {
        const { values } = await collect(tissue.coordinates);
        return Array.from({ length: spotCount }, (_, spot) => `${values[2 * spot]} ${values[2 * spot + 1]}`);
      };
      const [before, after] = [await places(inOrder), await places(shuffled)];
      expect(after.toSorted()).toEqual(before.toSorted());
      if (spotCount === 900) {
        // One spot is expected to stay where it is.
        expect(before.filter((place, spot) => place === after[spot]).length).toBeLessThan(10);
        const rank = new Map(before.map((place, spot) => [place, spot]));
        const moves = after.map((place, spot) => Math.abs(rank.get(place)! - spot));
        expect(Math.abs(mean(moves) - 300)).toBeLessThan(40);
      }
      expect(await collect(shuffled.counts)).toEqual(await collect(inOrder.counts));
      expect(await collect(shuffled.truth)).toEqual(await collect(inOrder.truth));
    }
  });
});
