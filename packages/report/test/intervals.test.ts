import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { expect, it } from "vitest";
import { buildReport, type ReportInput } from "../src/index.js";
import { section, stripes } from "./sections.js";

const input = stripes(30, 10);
const green = { level: "green", text: "It explains 90%." } as const;

/** The same of each type in every spot but the last, which has no answer. */
function bounds(values: readonly number[], chunk = 300): NonNullable<ReportInput["low"]> {
  const all = new Float32Array(900).map((_, i) => (i >= 897 ? Number.NaN : values[i % 3]));
  return {
    spotCount: 300,
    width: 3,
    async *chunks() {
      for (let spotStart = 0; spotStart < 300; spotStart += chunk) {
        const spotCount = Math.min(chunk, 300 - spotStart);
        const own = all.slice(3 * spotStart, 3 * (spotStart + spotCount));
        yield { kind: "dense", spotStart, spotCount, width: 3, values: own };
      }
    },
  };
}

it("says what an interval is, how wide they are and what they leave open, whatever the chunks", async () => {
  const more = { ...input, referenceScores: [green] };
  const low = [0.25, 0, 0];
  const high = [0.75, 0.0156, 0.125];
  const { html } = await buildReport({ ...more, low: bounds(low), high: bounds(high) });
  const own = section(html, "sure");
  expect(own).toContain("90 % of intervals hold the truth if the reference is right. Present:");
  expect(own).toMatch(/astrocyte<\/th><td>50 %<\/td><td>100 %<\/td><td>0 %<\/td>/);
  expect(own).toMatch(/neuron<\/th><td>1\.5 %<\/td><td>0 %<\/td><td>0 %<\/td>/);
  expect(own).toMatch(/microglia<\/th><td>13 %<\/td><td>0 %<\/td><td>100 %<\/td>/);
  expect(own).toMatch(
    /the 598 intervals that reach above 2\.0 %: half are narrower than 13 %, one in ten is wider than 50 %/,
  );
  for (const [lows, highs] of [
    [7, 50],
    [50, 7],
    [300, 1],
  ])
    expect((await buildReport({ ...more, low: bounds(low, lows), high: bounds(high, highs) })).html).toBe(
      html,
    );
});

it("says nothing of widths where there are no upper bounds or no answers, and refuses what differs in length", async () => {
  const lone = section((await buildReport({ ...input, low: bounds([0.25, 0, 0]) })).html, "sure");
  expect(lone).toMatch(/<h3>Intervals<\/h3>.*Here that is in doubt/s);
  expect(lone).not.toContain("median width");
  const codes = new Uint8Array(300);
  const red = { ...input, statuses: { categories: ["reference mismatch"], codes } };
  const nan = bounds([Number.NaN, Number.NaN, Number.NaN]);
  const none = section((await buildReport({ ...red, low: nan, high: nan })).html, "sure");
  expect(none).not.toContain("<h3>Intervals</h3>");
  const short = memorySource<DenseChunk>({
    kind: "dense",
    spotStart: 0,
    spotCount: 1,
    width: 3,
    values: new Float32Array(3),
  });
  await expect(buildReport({ ...input, low: bounds([0, 0, 0]), high: short })).rejects.toThrow(
    /upper bounds: found 1, expected 300/,
  );
});
