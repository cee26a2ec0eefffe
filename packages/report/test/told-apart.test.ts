import { describe, expect, it } from "vitest";
import { buildReport, type ReportInput } from "../src/index.js";
import { section, stripes } from "./sections.js";

const NAMES = ["CD4 T", "CD8 T", "NK", "B", "plasma", "tumour"];
const TRIAL = {
  confused_types: JSON.stringify([
    ["CD4 T", "CD8 T", 0.48],
    ["CD8 T", "NK", 0.35],
    ["B", "plasma", 0.25],
  ]),
  weak_types: ["NK"],
  types_found: Float64Array.of(0.5, 0.4, 0.2, 0.8, 0.7, Number.NaN),
};
const TREE = {
  levels: ["type", "class", "lineage"],
  rows: [
    ["CD4 T", "T cell", "Immune"],
    ["CD8 T", "T cell", "Immune"],
    ["NK", "NK", "Immune"],
    ["B", "B cell", "Immune"],
    ["plasma", "B cell", "Immune"],
    ["tumour", "tumour", "Tumour"],
  ],
};

const report = async (more: Partial<ReportInput>) =>
  (await buildReport({ ...stripes(30, 10, NAMES), ...more })).html;

describe("which types can be told apart", () => {
  it("stands in words, chains of pairs as one group, first and among the reference", async () => {
    const html = await report({ parameters: TRIAL });
    expect(section(html, "short")).toContain(
      "Cannot be told apart at the depth of these spots, so read their sum: CD4 T, CD8 T and NK.",
    );
    expect(section(html, "short")).toContain("Less than a third of these is found where they are: NK.");
    const own = section(html, "reference");
    expect(own).toContain("<li>CD4 T, CD8 T, NK (0.35 to 0.48)</li>");
    expect(own).toContain("Often confused, so read their sum or look at markers: B and plasma (0.25).");
    expect(own).toContain("Too few cells to try: tumour.");
    expect(own).toContain('<th scope="row">CD4 T – CD8 T</th><td>0.48</td><td>cannot be told apart</td>');
    expect(own).toContain('<th scope="row">NK</th><td>–</td><td>0.20</td>');
    expect(own).toContain('<th scope="row">tumour</th><td>–</td><td>not tried</td>');
  });

  it("of several sections: the worst of each", async () => {
    const parameters = {
      sections: {
        a: {
          name: "a",
          confused_types: '[["B","plasma",0.2]]',
          weak_types: [],
          types_found: Float64Array.of(1, 1, 1, 1, 1, 1),
        },
        b: { name: "b", ...TRIAL },
      },
    };
    const own = section(await report({ parameters }), "reference");
    expect(own).toContain("B and plasma (0.25)");
    expect(own).toContain('<th scope="row">NK</th><td>–</td><td>0.20</td>');
    expect(own).toContain('<th scope="row">tumour</th><td>–</td><td>1.00</td>');
  });

  it("says that all can be, or that nothing was tried, and claims nothing where the reference fails", async () => {
    const none = { confused_types: "[]", weak_types: [] };
    expect(await report({ parameters: none })).toContain("All types that could be tried can be told apart");
    for (const more of [
      { parameters: {} },
      { parameters: { ...none, types_found: new Float64Array(6).fill(Number.NaN) } },
      { parameters: TRIAL, referenceScores: [{ level: "red", text: "No." } as const] },
    ]) {
      const html = await report({ ...more, signature: { cellCounts: [9, 9, 9, 9, 9, 9] } });
      expect(section(html, "reference")).toContain("was not tried");
      expect(html).not.toMatch(/All types that could|Cannot be told apart/);
    }
  });

  it("marks types that exclude each other and are confused", async () => {
    const html = await report({ parameters: { ...TRIAL, confused_types: '[["B","plasma",0.25]]' } });
    const rows = section(html, "together").matchAll(
      /<tr><th scope="row">([^<]*)<\/th><td>[^<]*<\/td><td>([^<]*)/g,
    );
    const marked = [...rows].filter(([, , remark]) => remark.includes("split in two"));
    expect(marked.map(([, types]) => types)).toEqual([expect.stringMatching(/^(B – plasma|plasma – B)$/)]);
    expect(marked[0][2]).toBe("mistaken for each other, 0.25: may be one type split in two");
  });

  it("survives what a damaged result says", async () => {
    for (const text of ["", "{", "{}", "[1,null,[2]]", '[["B","plasma","x"]]']) {
      expect(await report({ parameters: { ...TRIAL, confused_types: text, hierarchy: text } })).toContain(
        "9. Reference",
      );
    }
  });
});

describe("levels of a hierarchy", () => {
  const parameters = {
    hierarchy: JSON.stringify(TREE),
    type_levels: ["class", "class", "class", "type", "type", "none"],
  };

  it("have their amounts, which are sums of their types'", async () => {
    const own = section(await report({ parameters }), "amounts");
    // Stripes of equal width, but for the last spot, which has no answer.
    expect(own).toMatch(/T cell<\/th><td>33 %<\/td><td>CD[48] T, CD[48] T<\/td>/);
    expect(own).toMatch(/Immune<\/th><td>84 %<\/td><td>[^<]*NK[^<]*<\/td>/);
    expect(own).toMatch(/<h3>By level<\/h3>.*lineage.*class.*cell types.*<h3>By cell type<\/h3>/s);
  });

  it("are told down to which each type and each spot is resolved", async () => {
    const categories = ["type", "class", "lineage", "none"];
    const codes = Int8Array.from({ length: 300 }, (_, spot) => (spot === 299 ? -1 : spot % 30 < 15 ? 0 : 1));
    const { html, figures } = await buildReport({
      ...stripes(30, 10, NAMES),
      parameters,
      resolvedLevels: { categories, codes },
    });
    expect(section(html, "sure")).toMatch(
      /type<\/th><td>150<\/td><td>50 %.*class<\/th><td>149<\/td><td>50 %.*none<\/th><td>0</s,
    );
    expect(section(html, "reference")).not.toContain("told apart down to");
    expect(figures.map(({ title }) => title)).toContain("resolved level");
    const tried = await report({ parameters: { ...TRIAL, ...parameters } });
    expect(section(tried, "reference")).toMatch(/CD4 T<\/th><td>–<\/td><td>0.50<\/td><td>class<\/td>/);
  });

  it("say nothing where there are none, or not of these types", async () => {
    const other = JSON.stringify({ levels: ["type", "class"], rows: [["x", "y"]] });
    for (const hierarchy of [undefined, "nonsense", other])
      expect(await report({ parameters: { hierarchy } })).not.toContain("By level");
  });
});

it("statuses have a map where not all spots are ok", async () => {
  const input = stripes(30, 10);
  const { figures } = await buildReport(input);
  expect(figures.map(({ title }) => title)).toContain("status");
  const all = { categories: ["ok"], codes: new Uint8Array(300) };
  const plain = await buildReport({ ...input, statuses: all });
  expect(plain.figures.map(({ title }) => title)).not.toContain("status");
});
