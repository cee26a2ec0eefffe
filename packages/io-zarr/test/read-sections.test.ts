import type { Notice } from "@flashdeconv/core";
import { openSpatial, type SpatialOptions } from "@flashdeconv/io-zarr";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strings, tinyAnnData, writeDataframe } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";
import { tinySpatialData } from "./tiny-spatialdata.js";

type Labels = readonly (string | number | undefined)[];

/** A store whose spots lie at one place and whose obs has the given columns; undefined is missing. */
function withLabels(
  columns: Readonly<Record<string, Labels>>,
  { ids = [], kind = "categorical" }: { ids?: readonly string[]; kind?: "categorical" | "string" } = {},
): TinyZarr {
  const count = Object.values(columns)[0].length;
  const zarr = tinyAnnData(
    Array.from({ length: count }, () => [1]),
    { coordinates: Array.from({ length: count }, () => [0, 0]) },
  );
  writeColumns(zarr, columns, kind);
  if (ids.length > 0) zarr.group("uns");
  if (ids.length > 0) zarr.group("uns/spatial");
  for (const id of ids) zarr.group(`uns/spatial/${id}`);
  return zarr;
}

function writeColumns(zarr: TinyZarr, columns: Readonly<Record<string, Labels>>, kind: string): void {
  const count = Object.values(columns)[0].length;
  writeDataframe(
    zarr,
    "obs",
    Array.from({ length: count }, (_, i) => `s${i}`),
    Object.keys(columns),
  );
  for (const [name, labels] of Object.entries(columns)) {
    if (labels.every((label) => typeof label === "number")) {
      zarr.array(`obs/${name}`, { type: "float64", shape: [count], values: labels });
    } else if (kind === "string") {
      strings(
        zarr,
        `obs/${name}`,
        labels.map((label) => String(label ?? "")),
      );
    } else {
      const categories = [...new Set(labels.filter((label) => label !== undefined))].map(String).sort();
      zarr.group(`obs/${name}`, {
        "encoding-type": "categorical",
        "encoding-version": "0.2.0",
        ordered: false,
      });
      const values = labels.map((label) => (label === undefined ? -1 : categories.indexOf(String(label))));
      zarr.array(`obs/${name}/codes`, { type: "int8", shape: [count], values });
      strings(zarr, `obs/${name}/categories`, categories);
    }
  }
}

async function read(zarr: TinyZarr, options: SpatialOptions = {}) {
  const notices: Notice[] = [];
  const onNotice = (notice: Notice) => notices.push(notice);
  const dataset = await openSpatial(zarr, options);
  const { components } = await dataset.readCoordinates({ onNotice });
  const told = notices.splice(0);
  const sections = await dataset.readSections({ onNotice });
  expect(notices).toEqual(told);
  const without = await dataset.readCoordinates({ withSections: false, onNotice });
  expect(notices).toEqual(told);
  // Of a table of one region, or an AnnData store, sections are all that is told apart.
  if (!without.components)
    expectSameParts(components && [...components], [...(sections?.codes ?? components ?? [])]);
  return {
    sections,
    components: components && [...components],
    codes: notices.map(({ code }) => code),
    notices,
  };
}

/** Whether two spots are in one component exactly where they have the same label. */
function expectSameParts(components: readonly number[] | undefined, labels: Labels): void {
  const found = components ?? labels.map(() => 0);
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < i; j++) expect(found[i] === found[j]).toBe(labels[i] === labels[j]);
  }
}

const LABELS = fc
  .array(fc.constantFrom("a", "b", "c", undefined), { minLength: 1, maxLength: 24 })
  .filter((labels) => labels.some((label) => label !== undefined))
  .map((labels) => [...labels, ...labels]);

describe("a section key", () => {
  it("makes each value a component, and missing values one too, whatever the column is stored as", async () => {
    await fc.assert(
      fc.asyncProperty(LABELS, fc.constantFrom("categorical", "string"), async (labels, kind) => {
        const { components, codes } = await read(withLabels({ slide: labels }, { kind } as never), {
          sectionKey: "slide",
        });
        expectSameParts(components, labels);
        expect(codes.includes("spots-without-section")).toBe(labels.includes(undefined));
      }),
      { numRuns: 60 },
    );
  });

  it("may be whole numbers, and says so where there is one section only", async () => {
    const labels = [3, 3, 7, 7];
    expectSameParts((await read(withLabels({ slide: labels }), { sectionKey: "slide" })).components, labels);
    const one = await read(withLabels({ slide: [3, 3, 3, 3] }), { sectionKey: "slide" });
    expect(one.components).toBeUndefined();
    expect(one.codes).toEqual(["one-section"]);
    const partly = await read(withLabels({ slide: [3, 3, undefined, undefined] }), { sectionKey: "slide" });
    expect(partly.codes).toEqual(["spots-without-section"]);
    expect(one.sections).toBeUndefined();
    expect(partly.sections).toEqual({
      columnNames: ["slide"],
      codes: Int32Array.of(0, 0, 1, 1),
      names: ["3", "(no section)"],
    });
  });

  it.each<[string, Labels, RegExp]>([
    ["is not there", ["a", "a", "b", "b"], /a column of obs: slide/],
    ["measures something", [0.5, 0.5, 1.5, 1.5], /not of measurements/],
    ["names nearly every spot", ["a", "b", "c", "c"], /3 values for 4 spots/],
  ])("that %s is refused", async (what, labels, rule) => {
    const sectionKey = what === "is not there" ? "nowhere" : "slide";
    await expect(read(withLabels({ slide: labels }), { sectionKey })).rejects.toMatchObject({
      tag: "OptionError",
      option: "section-key",
      rule: expect.stringMatching(rule),
    });
  });

  it("divides the regions of a SpatialData table further", async () => {
    const rows = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i < 4 ? "left" : "right", i] as const);
    const zarr = tinySpatialData({
      format: 2,
      tables: { table: { rows, coordinates: rows.map(() => [0, 0]) } },
    });
    const labels = ["a", "a", "b", "b", "a", "a", "b", "b"];
    expectSameParts(
      (await read(zarr)).components,
      rows.map(([region]) => region),
    );
    const path = "tables/table/obs";
    const { attributes } = JSON.parse(
      `{"attributes":${new TextDecoder().decode(zarr.files.get(`${path}/.zattrs`))}}`,
    );
    zarr.json(`${path}/.zattrs`, { ...attributes, "column-order": [...attributes["column-order"], "slide"] });
    strings(zarr, `${path}/slide`, labels);
    const { components } = await read(zarr, { sectionKey: "slide" });
    expectSameParts(
      components,
      rows.map(([region], i) => `${region} ${labels[i]}`),
    );
    expect((await read(zarr)).sections).toBeUndefined();
    expect((await read(zarr, { sectionKey: "slide" })).sections).toMatchObject({ names: ["a", "b"] });
  });
});

describe("without a section key", () => {
  const labels = ["s1", "s1", "s2", "s2", undefined];

  it("a column that names the ids of uns/spatial is used, and said", async () => {
    const { components, notices } = await read(withLabels({ batch: labels }, { ids: ["s1", "s2", "s3"] }));
    expectSameParts(components, labels);
    expect(notices.map(({ code }) => code)).toEqual(["sections-found", "spots-without-section"]);
    expect(notices[0].message).toMatch(/2 sections are told apart by obs\/batch/);
  });

  it.each<[string, Parameters<typeof withLabels>]>([
    ["one id", [{ batch: labels }, { ids: ["s1"] }]],
    ["no ids", [{ batch: labels }]],
    ["other names", [{ batch: ["s1", "s1", "s2", "s2", "other"] }, { ids: ["s1", "s2"] }]],
    ["one name", [{ batch: ["s1", "s1", "s1"] }, { ids: ["s1", "s2"] }]],
  ])("nothing is guessed from %s", async (_, given) => {
    const { components, codes } = await read(withLabels(...given));
    expect(components).toBeUndefined();
    expect(codes).toEqual([]);
  });

  it("of two such columns that disagree none is used, which is said; of two that agree the first", async () => {
    const a = ["s1", "s1", "s2", "s2"];
    const b = ["s1", "s2", "s2", "s2"];
    const ids = ["s1", "s2"];
    const { components, notices } = await read(withLabels({ a, b }, { ids }));
    expect(components).toBeUndefined();
    expect(notices.map(({ code }) => code)).toEqual(["sections-unclear"]);
    expect(notices[0].message).toMatch(/^obs\/a and obs\/b .*`sectionKey`/);
    const finer = ["s1", "s1", "s2", "s3"];
    const nested = await read(withLabels({ a, finer }, { ids: ["s1", "s2", "s3"] }));
    expect(nested.components).toBeUndefined();
    expectSameParts((await read(withLabels({ a, b: a }, { ids }))).components, a);
    expect((await read(withLabels({ a, b: a }, { ids }))).notices[0].message).toContain("by obs/a,");
  });
});
