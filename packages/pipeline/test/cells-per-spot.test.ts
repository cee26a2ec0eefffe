import { collect, memorySource } from "@flashdeconv/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { deconvolveDivided } from "../src/deconvolve-divided.js";
import {
  type Deconvolution,
  type DeconvolveOptions,
  deconvolve,
  type SectionSummary,
  solveSummary,
} from "../src/index.js";
import { cellsOfSpots } from "../src/stages/solve/cells-of-spots.js";
import { proportionsOf } from "./proportions-of.js";
import { type SmallSection, smallSection } from "./small-section.js";

let section: SmallSection;
beforeAll(async () => {
  section = await smallSection({ emptySpotFraction: 0.1 });
});

async function cellsOf({ tables }: Deconvolution) {
  const table = tables.find(({ name }) => name === "cells");
  if (!table) throw new Error("no table of cells");
  return (await collect(table.values)).values;
}

const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((all, one) => all + one, 0);

const run = (options: Partial<DeconvolveOptions>, more = {}) =>
  deconvolve({ ...section.spatial, ...more }, section.reference, options);

describe("cells of spots", () => {
  it.each(["rna", "cells"] as const)(
    "are the spot's, divided as shares of cells are, with shares of %s",
    async (amount) => {
      const [found, ofCells] = [await run({ amount, cellsPerSpot: 8 }), await run({ amount: "cells" })];
      const [cells, shares] = [await cellsOf(found), await proportionsOf(ofCells)];
      let answered = 0;
      for (const [at, share] of shares.entries()) {
        if (Number.isNaN(share)) {
          expect(cells[at]).toBeNaN();
          continue;
        }
        answered++;
        expect(cells[at]).toBeCloseTo(8 * share, 4);
      }
      expect(answered).toBeGreaterThan(400);
      expect(found.parameters).toMatchObject({ cells_per_spot: 8, amount });
      expect(await proportionsOf(found)).toEqual(await proportionsOf(await run({ amount })));
    },
  );

  it("are those that the section says of each spot", async () => {
    const perSpot = Float64Array.from({ length: 150 }, (_, spot) => spot % 5);
    const found = await run({}, { cellsPerSpot: perSpot });
    const cells = await cellsOf(found);
    for (let spot = 0; spot < 150; spot++) {
      if (found.dominant[spot] < 0) continue;
      const sum = sumOf(cells.subarray(4 * spot, 4 * spot + 4));
      expect(sum).toBeCloseTo(perSpot[spot], 4);
    }
    const codes = Int32Array.from({ length: 150 }, (_, spot) => (spot % 3 === 0 ? 1 : 0));
    const sections = { codes, names: ["a", "b"] };
    const divided = await deconvolveDivided(
      { ...section.spatial, cellsPerSpot: perSpot, sections },
      section.reference,
    );
    const ofBoth = await cellsOf(divided);
    for (let spot = 0; spot < 150; spot++) {
      if (divided.dominant[spot] < 0) continue;
      const sum = sumOf(ofBoth.subarray(4 * spot, 4 * spot + 4));
      expect(sum).toBeCloseTo(perSpot[spot], 4);
    }
  });

  it("are had of kept statistics", async () => {
    const summaries: SectionSummary[] = [];
    const onSummary = (summary: SectionSummary) => void summaries.push(summary);
    const options = { smoothing: 3, cellsPerSpot: 2 };
    const first = await deconvolve(section.spatial, section.reference, options, { onSummary });
    expect(await cellsOf(await solveSummary(summaries[0], options))).toEqual(await cellsOf(first));
    const { countsPerCell: _, ...without } = summaries[0];
    expect(() => solveSummary(without, options)).toThrow(/cellsPerSpot.*counts a cell of each type has/s);
  });

  it("sum to the cells of their spots whatever the shares", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(share, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 9 }),
        fc.array(fc.double({ min: 0.5, max: 5000, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, perCell, spotsPerChunk) => {
          const table = {
            ...{ kind: "dense" as const, spotStart: 0, spotCount: rows.length, width: 3 },
            values: Float64Array.from(rows.flatMap(([a, b, c]) => [a + 1e-3, b, c])),
          };
          const asked = {
            perSpot: Float64Array.from(rows, (_, i) => i),
            countsPerCell: Float64Array.from(perCell),
          };
          const { values } = await collect(cellsOfSpots(memorySource(table, { spotsPerChunk }), asked));
          for (let i = 0; i < rows.length; i++) {
            const own = values.subarray(3 * i, 3 * i + 3);
            expect(sumOf(own)).toBeCloseTo(i, 9);
            // In proportion to the shares by the counts of a cell.
            const ratio = (own[0] * perCell[0]) / table.values[3 * i];
            for (let k = 1; k < 3; k++)
              expect(Math.abs(own[k] * perCell[k] - ratio * table.values[3 * i + k])).toBeLessThan(
                1e-9 * (1 + ratio),
              );
          }
        },
      ),
    );
  });

  it("are refused where nobody knows what a cell holds, and where the section's are not numbers", async () => {
    const { geneNames } = section.spatial;
    const typeNames = section.reference.cellTypes.names;
    const values = new Float64Array(typeNames.length * geneNames.length).fill(1).map((_, i) => 1 + (i % 7));
    const means = { typeNames, geneNames, values };
    await expect(deconvolve(section.spatial, means, { cellsPerSpot: 5 })).rejects.toThrow(
      /cellsPerSpot: found 5, expected nothing with a table of means/,
    );
    const bad = new Float64Array(150).fill(2);
    bad[7] = Number.NaN;
    await expect(run({}, { cellsPerSpot: bad })).rejects.toThrow(/NaN for spot number 7/);
    await expect(run({}, { cellsPerSpot: new Float64Array(3) })).rejects.toThrow(/3 numbers.*150/);
    await expect(run({ cellsPerSpot: 3 }, { cellsPerSpot: new Float64Array(150) })).rejects.toThrow(
      /the section says it/,
    );
    await expect(run({ cellsPerSpot: 0 })).rejects.toThrow(/a number above 0/);
  });
});
