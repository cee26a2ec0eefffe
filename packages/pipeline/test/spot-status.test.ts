import { collect, memorySource } from "@flashdeconv/core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Deconvolution, deconvolve, SPOT_STATUSES } from "../src/index.js";
import { entropyOf } from "../src/stages/solve/entropy.js";
import { answerSpots } from "../src/stages/solve/spot-answers.js";
import { proportionsOf } from "./proportions-of.js";
import { type SmallSection, smallSection, spatialFrom } from "./small-section.js";

async function columnOf({ tables }: Deconvolution, name: string) {
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`no ${name}`);
  return (await collect(table.values)).values;
}

describe("the status of a spot", () => {
  // What each row adds up to, its counts, and what is said of it.
  it.each<[status: string, abundance: [number, number], counts: number, hasAnswer: boolean]>([
    ["ok", [3, 1], 40, true],
    ["ok", [3, 1], 10, true],
    ["few counts", [3, 1], 9.5, true],
    ["no counts, from neighbours", [3, 1], 0, true],
    ["no counts", [0, 0], 0, false],
    ["no answer", [0, 0], 40, false],
    // Few counts that no type fits are no answer all the same.
    ["no answer", [0, 0], 3, false],
  ])("%s: %j of %d counts", async (status, abundance, counts, hasAnswer) => {
    const options = { empty: "nan", fewCounts: 10 } as const;
    const found = answerSpots(Float64Array.from(abundance), Float64Array.of(counts), 2, options);
    expect(SPOT_STATUSES[found.statuses[0]]).toBe(status);
    expect([...found.dominant]).toEqual([hasAnswer ? 0 : -1]);
    expect([...(await collect(found.proportions)).values]).toEqual(
      hasAnswer ? [0.75, 0.25] : [Number.NaN, Number.NaN],
    );
  });

  it("all of them are told by a run, which leaves out no row", async () => {
    const { spatial, reference } = await mixedSection();
    const seen = new Set<string>();
    const note = ({ spotCount, statuses, counts, tables }: Deconvolution) => {
      expect([spotCount, statuses.length, counts.length]).toEqual([150, 150, 150]);
      for (const { values } of tables) expect(values.spotCount).toBe(150);
      for (const status of statuses) seen.add(SPOT_STATUSES[status]);
    };
    note(await deconvolve(spatial, reference, { smoothing: 5 }));
    note(await deconvolve(spatial, reference, { smoothing: 0 }));
    const { geneNames } = reference;
    const renamed = { ...reference, geneNames: geneNames.map((_, g) => geneNames[(g + 41) % 120]) };
    note(await deconvolve(spatial, renamed));
    // That a spot has counts which no type fits takes a solver that finds so; see the table above.
    expect([...seen].sort()).toEqual(SPOT_STATUSES.filter((status) => status !== "no answer").sort());
  });
});

describe("what is said of a spot beside its proportions", () => {
  let section: SmallSection;
  beforeAll(async () => {
    section = await smallSection({ emptySpotFraction: 0.1 });
  });

  it("few counts: below a limit that is an option, and recorded", async () => {
    const { spatial, reference } = section;
    const plain = await deconvolve(spatial, reference);
    expect(plain.parameters.few_counts).toBe(10);
    const strict = await deconvolve(spatial, reference, { fewCounts: 400 });
    expect(strict.parameters.few_counts).toBe(400);
    expect(await proportionsOf(strict)).toEqual(await proportionsOf(plain));
    const few = SPOT_STATUSES.indexOf("few counts");
    const counts = await columnOf(strict, "counts");
    expect(new Set(strict.statuses)).toEqual(new Set([0, 1, few]));
    for (const [spot, status] of strict.statuses.entries()) {
      expect(status === few).toBe(counts[spot] > 0 && counts[spot] < 400);
    }
    await expect(deconvolve(spatial, reference, { fewCounts: -1 })).rejects.toThrow(/fewCounts: found -1/);
  });

  it("entropy: of the proportions as they are written, NaN where there are none", async () => {
    const { spatial, reference } = section;
    const found = await deconvolve(spatial, reference, { smoothing: 0 });
    const entropy = await columnOf(found, "entropy");
    const proportions = await proportionsOf(found);
    let unanswered = 0;
    for (const [spot, value] of entropy.entries()) {
      const row = [...proportions.subarray(4 * spot, 4 * spot + 4)];
      const expected = row.reduce((sum, share) => sum - (share === 0 ? 0 : share * Math.log(share)), 0);
      if (Number.isNaN(expected)) unanswered++;
      if (Number.isNaN(expected)) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(expected, 5);
      expect(value < 0).toBe(false);
    }
    expect(unanswered).toBeGreaterThan(5);
  });
});

it("the entropy of any shares is exact to 1e-11, NaN among them kept", () => {
  for (let i = 0; i < 20_000; i++) {
    const share = i < 10_000 ? i / 9_999 : 2 ** (-(i - 10_000) / 400);
    const exact = share === 0 ? 0 : Math.max(0, -share * Math.log(share));
    expect(Math.abs(entropyOf(Float64Array.of(7, share), 1, 1) - exact)).toBeLessThan(1e-11);
  }
  expect(entropyOf(Float64Array.of(0.5, 0.25, 0.25), 0, 3)).toBeCloseTo(1.5 * Math.LN2, 12);
  expect(entropyOf(Float64Array.of(1, 0, 0), 0, 3)).toBe(0);
  expect(entropyOf(Float64Array.of(Number.NaN, Number.NaN), 0, 2)).toBeNaN();
});

/** A section some of whose spots have no counts, and some a few only. */
async function mixedSection(): Promise<SmallSection> {
  const section = await smallSection({ emptySpotFraction: 0.1 });
  const { matrix, reference, spatial } = section;
  const { geneNames } = spatial;
  const values = matrix.values.slice();
  for (let spot = 0; spot < 10; spot++) {
    const [start, end] = [matrix.indptr[spot], matrix.indptr[spot + 1]];
    values.fill(0, start + Math.min(5, end - start), end);
    values.fill(1, start, Math.min(start + 5, end));
  }
  const { values: places } = await spatial.readCoordinates();
  const fewer = { ...matrix, values };
  const input = { ...spatialFrom(fewer, geneNames, Float64Array.from(places)), counts: memorySource(fewer) };
  return { ...section, matrix: fewer, reference, spatial: input };
}
