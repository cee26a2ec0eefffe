import { inflateSync } from "node:zlib";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { buildReport } from "../src/build-report.js";
import type { ReportInput } from "../src/report-input.js";
import { stripes } from "./sections.js";

const HOSTILE = [
  "<script>document.title='hit'</script>",
  "a\"b'c&d<e>",
  "line\u2028sep\u0000\u001b[31m\u202e",
  "=cmd()",
  "</style></title><img src=x onerror=alert(1)>",
];

describe("a report", () => {
  it("says in words and numbers what it shows", async () => {
    const { html } = await buildReport(stripes(30, 10));
    expect(html).toContain('<h2 id="short">1. In short</h2>');
    expect([...html.matchAll(/<h2 id="[a-z]+">(\d+)\. /g)].map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(html).toContain("<dt>spots</dt><dd>300</dd>");
    expect(html).toContain("<dt>share of the largest type (median)</dt><dd>80 %</dd>");
    expect(html).toContain("1 spot (0.33 %) has no answer");
    expect(html).toMatch(
      /<th scope="row">astrocyte<\/th><td>33 %<\/td><td>80 %<\/td><td>299<\/td><td>100<\/td><td>100<\/td>/,
    );
    expect(html).toContain("no intervals");
    expect(html).toContain("was not measured in this result");
  });

  it("shows any name as text, and lets none act", async () => {
    const input = {
      ...stripes(10, 5, HOSTILE),
      name: HOSTILE[0],
      command: HOSTILE[1],
      notices: [{ code: "x", message: HOSTILE[4] }],
    };
    const { html, figures } = await buildReport({
      ...input,
      regions: [{ name: HOSTILE[4], categories: HOSTILE, codes: new Int8Array(50) }],
      unexplainedGenes: [{ section: HOSTILE[0], genes: HOSTILE }],
      measures: [{ name: "unexplained", values: new Float64Array(50).fill(1) }],
      referenceScores: [
        { section: HOSTILE[4], level: "red", text: HOSTILE[0], numbers: { [HOSTILE[1]]: 1 } },
      ],
      parameters: { [HOSTILE[0]]: HOSTILE[4], version: HOSTILE[1], section_names: HOSTILE },
    });
    const svgs = await Promise.all(figures.map((figure) => figure.svg()));
    for (const text of [html, ...svgs]) {
      expect(text).not.toMatch(
        /<img[^>]* src=x|<script>document|<\/style><\/title>|onerror=alert\(1\)>(?!<)/,
      );
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u2028\u202e]/);
    }
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).toContain("&lt;script&gt;document.title=&#39;hit&#39;&lt;/script&gt;");
    expect(html).toContain("line\\u2028sep\\u0000\\u001b[31m\\u202e");
    expect(html).toContain("&#39;=cmd()");
  });

  it("takes nothing from outside and lets only itself act", async () => {
    const { html } = await buildReport(stripes(10, 5));
    expect(html).toMatch(
      /content="default-src 'none'; img-src data:; style-src 'sha256-[\w+/]{43}='; script-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'"/,
    );
    expect(html).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(shownOf(html)).not.toMatch(/ style="| on\w+="|url\(|@import/);
  });

  it("is readable without seeing it: a name for every picture, scopes in tables, headings in order", async () => {
    const { html } = await buildReport(stripes(30, 10));
    for (const [tag] of html.matchAll(/<(?:svg|img)[^>]*>/g))
      expect(tag).toMatch(/aria-label="[^"]+"|alt="[^"]+"|aria-hidden/);
    for (const [tag] of html.matchAll(/<th[ >][^>]*>?/g)) expect(tag).toMatch(/scope="(col|row)"/);
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    for (const [i, level] of levels.slice(1).entries()) expect(level - levels[i]).toBeLessThanOrEqual(1);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("pictures", () => {
  it("have each type where it lies, in its colour", async () => {
    // Wide enough for pixels in place of paths.
    const { figures } = await buildReport(stripes(300, 40));
    const { width, height, pixels, palette } = decode(await figures[0].png());
    expect([width, height]).toEqual([900, 120]);
    const colorAt = (x: number, y: number) => [
      ...palette.subarray(3 * pixels[y * width + x], 3 * pixels[y * width + x] + 3),
    ];
    expect(colorAt(10, 5)).toEqual([0x00, 0x72, 0xb2]);
    expect(colorAt(450, 100)).toEqual([0xd5, 0x5e, 0x00]);
    expect(colorAt(890, 5)).toEqual([0x00, 0x9e, 0x73]);
    expect(colorAt(899, 119)).toEqual([0x9a, 0x9a, 0x9a]);
    const [astrocyte] = figures.filter(({ title }) => title === "astrocyte");
    const one = decode(await astrocyte.png());
    const yellow = [0xfd, 0xe7, 0x25];
    const own = [...one.palette.subarray(3 * one.pixels[0], 3 * one.pixels[0] + 3)];
    expect(own).toEqual(yellow);
  });

  it("take the colours that the result has, where they are colours", async () => {
    const { html } = await buildReport({ ...stripes(10, 5), typeColors: ["#123456FF", "url(x)", "#ABCDEF"] });
    for (const color of ["#123456", "#d55e00", "#abcdef"]) expect(html).toContain(`fill="${color}"`);
    expect(html).not.toContain("url(x)");
  });

  it("have a scale bar only where micrometres are known", async () => {
    const without = await buildReport(stripes(30, 10));
    expect(without.html).toContain("No scale bar: the size of a unit is not known. Spots lie 8 units apart.");
    const { html } = await buildReport({ ...stripes(30, 10), micrometersPerUnit: 0.5 });
    expect(html).toContain(">20 µm</text>");
    expect(html).not.toContain("No scale bar");
  });
});

describe("sizes", () => {
  it("of a small section with intervals: below 0.4 MB", async () => {
    const names = Array.from({ length: 20 }, (_, k) => `type ${k}`);
    const input = stripes(30, 14, names);
    const shares = () => noise(420, 20);
    const { html } = await buildReport({ ...input, proportions: shares(), low: shares() });
    expect(html.length).toBeLessThan(400_000);
  });

  it.each([20, 60])("of noise in %i types on 360,000 bins: below 4 MB", async (typeCount) => {
    const names = Array.from({ length: typeCount }, (_, k) => `type ${k}`);
    const input = stripes(600, 600, names);
    const { html } = await buildReport({ ...input, proportions: noise(600 * 600, typeCount) });
    expect(html.length).toBeLessThan(4_000_000);
  });
});

describe("what is odd", () => {
  it.each<[string, Partial<ReportInput>, RegExp]>([
    ["no positions", { coordinates: undefined }, /no positions, so there are no maps/],
    [
      "all in one place",
      { coordinates: { dimension: 2, values: new Float64Array(600) } },
      /299 spots lie under others.*All spots lie in one place/s,
    ],
    [
      "three dimensions",
      { coordinates: { dimension: 3, values: Float64Array.from({ length: 900 }, (_, i) => i % 31) } },
      /Seen along the third axis/,
    ],
    ["no statuses", { statuses: undefined }, /no statuses of spots/],
    ["not converged", { parameters: { converged: false } }, /stopped before it converged/],
    ["several sections", { parameters: { section_names: ["a", "b"] } }, /holds 2 sections/],
    ["shares of RNA", {}, /Shares are of RNA, not of cells/],
    [
      "shares of cells",
      { parameters: { amount: "cells" } },
      /<p>Shares of cells.*Shares are of cells, by the counts/s,
    ],
    [
      "few cells",
      { signature: { cellCounts: [3, 100, 7] } },
      /2 types rest on fewer than 25 reference cells: (astrocyte|microglia), /,
    ],
    [
      "alike types",
      {
        signature: {
          gram: [
            [1, 0.99, 0],
            [0.99, 1, 0],
            [0, 0, 1],
          ],
        },
      },
      /can hardly tell these apart: astrocyte and neuron/,
    ],
    [
      "a red score",
      { referenceScores: [{ level: "red", text: "The reference does not describe this section." }] },
      /<strong>Do not use\.<\/strong> The reference does not/,
    ],
    [
      "a curve",
      { parameters: { smoothing_used: 4, smoothing_curve: { strength: [0, 2, 4], loss: [3, 2, 1] } } },
      /upper end of what was tried/,
    ],
  ])("%s", async (_, more, expected) => {
    const { html } = await buildReport({ ...stripes(30, 10), ...more });
    expect(html).toMatch(expected);
    expect(shownOf(html).match(/.{40}(NaN|Infinity|undefined).{10}/)?.[0]).toBeUndefined();
  });

  it("no spot with an answer, one spot, no spot", async () => {
    for (const spots of [0, 1, 4]) {
      const all = stripes(spots, 1);
      const { html } = await buildReport(spots === 4 ? { ...all, proportions: nothing(4) } : all);
      expect(shownOf(html).match(/.{40}(NaN|Infinity|undefined).{10}/)?.[0]).toBeUndefined();
    }
  });

  it("says nothing of types where the reference does not describe the section, and first that it does not", async () => {
    const input = stripes(30, 10);
    const categories = ["ok", "reference mismatch"];
    const red = { level: "red", text: "The reference does not describe this section." } as const;
    const all = { categories, codes: new Uint8Array(300).fill(1) };
    const { html } = await buildReport({
      ...input,
      statuses: all,
      referenceScores: [red],
      measures: [{ name: "entropy", values: new Float64Array(300).fill(0.77) }],
    });
    expect(html.indexOf("Do not use.")).toBeLessThan(html.indexOf("<dl"));
    expect(html).toContain("Nothing is said of the types of 300 spots (100 %)");
    expect(html).toContain("<p>No spot has an answer.</p>");
    expect(shownOf(html)).not.toMatch(/80 %|0\.77|median 0|NaN/);

    // A store of two sections: the left half of a section that is described, and the right half of one that is not.
    const codes = Uint8Array.from({ length: 300 }, (_, spot) => (spot % 30 < 15 ? 0 : 1));
    const scores = [
      { section: "left", level: "green", text: "The reference explains 90%." } as const,
      { section: "right", ...red },
    ];
    const half = await buildReport({ ...input, statuses: { categories, codes }, referenceScores: scores });
    expect(half.html).toMatch(/right: Do not use\..*left: Good\./s);
    expect(half.html).toContain("Nothing is said of the types of 150 spots (50 %)");
    expect(half.html).toMatch(/<th scope="row">microglia<\/th><td>10 %<\/td><td>10 %<\/td>/);
  });

  it("intervals: present in how many spots first, at least so much, and what they do not know", async () => {
    const input = stripes(30, 10);
    const intervals = { presence_threshold: 0.5, types_without_cells: ["microglia"] };
    const parameters = { ...input.parameters, intervals };
    const green = { level: "green", text: "It explains 90%." } as const;
    const scored = { ...input, referenceScores: [green] };
    const { html, figures } = await buildReport({ ...scored, low: stripes(30, 10).proportions, parameters });
    expect(html).toContain("Left the estimate, right the lower bound");
    expect(html).toContain("<strong>Present in 100 spots.</strong> Mean 33 %");
    expect(html).toContain("called present where that lies above 50 %. Where that is in doubt");
    expect(html).toContain("<strong>Present in 99 spots, in doubt.</strong>");
    expect(html).toContain('<th scope="col">cell type</th><th scope="col">present in</th>');
    expect(html).toMatch(/microglia<\/th><td>99 \(in doubt\)<\/td>/);
    expect(html).toMatch(/largest_in,reference_cells,present_in\n[^<]*astrocyte,[^<]*,100,,100\n/);
    expect(html).toContain("Intervals are too narrow, of types with too few single cells: microglia.");
    expect(figures.map(({ title }) => title)).toContain("neuron, at least");
    const amber = { level: "amber", text: "It explains only part." } as const;
    const nothing = memorySource<DenseChunk>({
      kind: "dense",
      spotStart: 0,
      spotCount: 300,
      width: 3,
      values: new Float32Array(900),
    });
    const poor = await buildReport({ ...input, low: nothing, referenceScores: [amber] });
    expect(poor.html).toContain("bounds may be too narrow: 1 says why.</p>");
    expect(poor.html).toMatch(/In no spot surely present \(above 2\.0 %\): [^.]*neuron/);
  });

  it("cells: how many of each type, where spots were said to hold so many", async () => {
    const input = stripes(30, 10);
    const values = new Float32Array(900).map((_, i) => (i >= 897 ? Number.NaN : 1 + (i % 3)));
    const cells = memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount: 300, width: 3, values });
    const { html } = await buildReport({ ...input, cells, parameters: { cells_per_spot: 6 } });
    expect(html).toMatch(/astrocyte<\/th><td>33 %<\/td><td>299<\/td><td>1<\/td>/);
    expect(html).toMatch(/microglia<\/th><td>33 %<\/td><td>897<\/td><td>3<\/td>/);
    expect(html).toContain("<dd>1,794</dd>");
    expect(html).toContain("Cells: 6 in each spot, as the run was told");
    const counted = await buildReport({ ...input, cells });
    expect(counted.html).toContain("Cells: as many in each spot as a column of the section says");
    await expect(buildReport({ ...input, cells: nothing(4) })).rejects.toThrow(
      /cells: found 4, expected 300/,
    );
  });

  it("lengths that differ are refused by name", async () => {
    await expect(buildReport({ ...stripes(30, 10), counts: [1] })).rejects.toThrow(
      /counts: found 1, expected 300/,
    );
    await expect(buildReport({ ...stripes(30, 10), typeNames: ["a"] })).rejects.toThrow(
      /columns of proportions: found 3, expected 1/,
    );
  });
});

/** What is to be read: a script may use any word. */
function shownOf(html: string): string {
  return html.slice(0, html.indexOf("<script>"));
}

function nothing(spotCount: number): ReportInput["proportions"] {
  const values = new Float64Array(3 * spotCount).fill(Number.NaN);
  return {
    spotCount,
    width: 3,
    async *chunks() {
      yield { kind: "dense", spotStart: 0, spotCount, width: 3, values };
    },
  };
}

/** Shares without any order, piece by piece. */
function noise(spotCount: number, width: number): ReportInput["proportions"] {
  return {
    spotCount,
    width,
    async *chunks() {
      let state = 7;
      for (let spotStart = 0; spotStart < spotCount; spotStart += 10_000) {
        const rows = Math.min(10_000, spotCount - spotStart);
        const values = new Float32Array(rows * width);
        for (let row = 0; row < rows; row++) {
          let sum = 0;
          for (let k = 0; k < width; k++) {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            const value = (state / 2 ** 32) ** 4;
            values[row * width + k] = value;
            sum += value;
          }
          for (let k = 0; k < width; k++) values[row * width + k] /= sum;
        }
        yield { kind: "dense", spotStart, spotCount: rows, width, values };
      }
    },
  };
}

function decode(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset);
  const parts: Record<string, Uint8Array> = {};
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    parts[String.fromCharCode(...png.subarray(at + 4, at + 8))] = png.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const rows = inflateSync(parts.IDAT);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    pixels.set(rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)), y * width);
  return { width, height, pixels, palette: parts.PLTE };
}
