import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { buildReport, type ReportInput } from "../src/index.js";
import { section, stripes } from "./sections.js";

const NOTHING = "Nothing stands out";
const amber = { level: "amber", text: "It explains only part." } as const;
const green = { level: "green", text: "It explains 90%." } as const;

const all = { ...stripes(30, 10), proportions: halves(300, 3) };
const report = async (more: Partial<ReportInput>) =>
  (await buildReport({ ...all, low: all.proportions, statuses: undefined, ...more })).html;
const first = (html: string) => /<ul class="remarks"><li>(.*?)<\/li>/.exec(section(html, "short"))?.[1];

/** Half of everything in every spot for all types but the last, which has nothing. */
function halves(spotCount: number, width: number) {
  const values = new Float32Array(spotCount * width).map((_, i) => (i % width < 2 ? 0.5 : 0));
  return memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values });
}

describe("what is in doubt stands first", () => {
  it("nothing stands out only where the reference is green and nothing else is to be said", async () => {
    const values = new Float32Array(600).map((_, i) => (i % 4 === 0 || i % 4 === 3 ? 0.75 : 0.25));
    const kind = "dense" as const;
    const proportions = memorySource<DenseChunk>({ kind, spotStart: 0, spotCount: 300, width: 2, values });
    const one = { ...stripes(30, 10), statuses: undefined, typeNames: ["a", "b"], proportions };
    const of = async (more: Partial<ReportInput>) => (await buildReport({ ...one, ...more })).html;
    expect(await of({ referenceScores: [green] })).toContain(NOTHING);
    for (const referenceScores of [undefined, [amber], [{ ...amber, isTold: false }]])
      expect(await of({ referenceScores })).not.toContain(NOTHING);
  });

  it.each<[string, Partial<ReportInput>, RegExp, RegExp]>([
    ["part of it explained", { referenceScores: [amber] }, /explains only part/, /Intervals are too narrow/],
    [
      "not to be told",
      { referenceScores: [{ ...amber, isTold: false }] },
      /nothing tells whether/,
      /Intervals may be too narrow/,
    ],
    ["never scored", {}, /nothing tells whether/, /Intervals may be too narrow/],
    [
      "one section of two",
      {
        referenceScores: [
          { ...amber, section: "a" },
          { ...green, section: "b" },
        ],
      },
      /unknown amount in a: the reference explains only part/,
      /too narrow by an unknown amount in a: /,
    ],
  ])("%s", async (_, more, off, narrow) => {
    const html = await report(more);
    expect(first(html)).toMatch(/^Proportions may be off by an unknown amount/);
    expect(first(html)).toMatch(off);
    expect(section(html, "short")).toMatch(narrow);
    expect(section(html, "short")).toContain("“at least” and “present” may claim too much");
    expect(html).toContain("<strong>Present in 300 spots, in doubt.</strong>");
    expect(html).toContain('<th scope="col">present in (in doubt)</th>');
    const without = await report({ ...more, low: undefined });
    expect(section(without, "short")).not.toContain("Intervals");
  });

  it("intervals that all rest on means", async () => {
    const intervals = { types_without_cells: all.typeNames };
    const html = await report({ referenceScores: [green], parameters: { intervals } });
    expect(first(html)).toMatch(/^All intervals take the cells of a type for their mean/);
    expect(html).not.toContain("of types with too few single cells");
    expect(html).toContain("<strong>Present in 300 spots, in doubt.</strong>");
    const some = { types_without_cells: ["microglia"] };
    const sections = { one: { name: "1", intervals: some }, two: { name: "2", intervals: {} } };
    const few = await report({ referenceScores: [green], parameters: { sections } });
    expect(few).toContain("of types with too few single cells: microglia.");
    expect(few).toContain("<strong>Present in 300 spots.</strong>");
  });

  it("one type that was all there was to find", async () => {
    const input = { ...all, typeNames: ["neuron"], proportions: halves(300, 1) };
    const { html } = await buildReport({ ...input, low: input.proportions, referenceScores: [green] });
    expect(first(html)).toMatch(/^One type was all there was to find: .*, nor do bounds of 1\.00\.$/);
  });

  it("why a result has no score, where it was not scored with these types", async () => {
    const message = "Not known with these types: <scored> with those of the run.";
    const notices = [{ code: "not-scored", message }];
    const html = await report({ notices });
    expect(section(html, "short")).toContain(
      '<p class="verdict">Not known with these types: &lt;scored&gt; with those of the run.</p>',
    );
    expect(html).not.toContain("was not measured in this result");
    expect(first(html)).toMatch(/nothing tells whether/);
    const red = { level: "red", text: "No.", section: "a" } as const;
    const half = section(await report({ notices, referenceScores: [red] }), "short");
    expect(half).toMatch(/a: Do not use\..*Not known with these types/s);
  });
});

describe("types without counts in the reference", () => {
  it("could not be found, which is no absence", async () => {
    const parameters = { silent_types: ["microglia"] };
    const input = { referenceScores: [green], parameters };
    const html = await report(input);
    expect(first(html)).toBe(
      "Could not be found: the reference has no counts of microglia in the genes in use.",
    );
    expect(section(html, "short")).not.toMatch(/Under 1 %|In no spot/);
    expect(section(html, "amounts")).toMatch(
      /microglia<\/th>(<td>–<\/td>)+<td>could not be found: no counts in the reference<\/td>/,
    );
    expect(section(html, "amounts")).toMatch(/\nmicroglia,,,,,,,\n?</);
    expect(section(html, "maps")).not.toContain("<h3>microglia</h3>");
    expect(section(html, "maps")).toContain("No map of what could not be found: microglia.");
  });

  it("in one section of two: there", async () => {
    const sections = {
      one: { name: "1", silent_types: ["microglia"] },
      two: { name: "2", silent_types: [] },
    };
    const html = await report({ referenceScores: [green], parameters: { sections } });
    expect(first(html)).toMatch(/^Could not be found in 1: .*microglia/);
    expect(section(html, "maps")).toContain("<h3>microglia</h3>");
  });
});
