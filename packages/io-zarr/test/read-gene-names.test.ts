import type { Notice } from "@flashdeconv/core";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { strings, tinyAnnData, writeDataframe, writeMatrix } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

/** Two spots, four genes of X and three of raw/X, each with columns of names. */
function store(): TinyZarr {
  const zarr = tinyAnnData(
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    { labels: ["a", "b"] },
  );
  frame(zarr, "var", ["e1", "e2", "e3", "e4"]);
  zarr.group("raw", { "encoding-type": "raw", "encoding-version": "0.1.0" });
  writeMatrix(
    zarr,
    "raw/X",
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    {},
  );
  frame(zarr, "raw/var", ["r1", "r2", "r3"]);
  return zarr;
}

function frame(zarr: TinyZarr, path: string, index: string[]): void {
  writeDataframe(zarr, path, index, ["text", "kind", "entrez", "flag", "score", "empty"]);
  const length = index.length;
  strings(
    zarr,
    `${path}/text`,
    index.map((name, i) => (i === 1 ? "" : `${name}-text`)),
  );
  zarr.group(`${path}/kind`, { "encoding-type": "categorical", "encoding-version": "0.2.0", ordered: false });
  const codes = index.map((_, i) => (i === 0 ? -1 : i - 1));
  zarr.array(`${path}/kind/codes`, { type: "int8", shape: [length], values: codes });
  strings(
    zarr,
    `${path}/kind/categories`,
    index.slice(1).map((name) => `${name}-kind`),
  );
  zarr.array(`${path}/entrez`, { type: "int64", shape: [length], values: index.map((_, i) => 100 + i) });
  zarr.array(`${path}/flag`, { type: "bool", shape: [length], values: index.map((_, i) => i % 2) });
  zarr.array(`${path}/score`, { type: "float32", shape: [length], values: index.map((_, i) => i + 0.5) });
  strings(
    zarr,
    `${path}/empty`,
    index.map(() => "nan"),
  );
}

describe("a gene key", () => {
  it.each<[string | undefined, string | undefined, string[]]>([
    [undefined, undefined, ["e1", "e2", "e3", "e4"]],
    ["_index", undefined, ["e1", "e2", "e3", "e4"]],
    ["text", undefined, ["e1-text", "", "e3-text", "e4-text"]],
    ["kind", undefined, ["", "e2-kind", "e3-kind", "e4-kind"]],
    ["entrez", undefined, ["100", "101", "102", "103"]],
    ["text", "raw", ["r1-text", "", "r3-text"]],
    ["entrez", "raw", ["100", "101", "102"]],
  ])("%s names genes, for the layer %s of its own var", async (geneKey, layer, expected) => {
    const notices: Notice[] = [];
    const onNotice = (notice: Notice) => notices.push(notice);
    for (const open of [openSpatial, openReference]) {
      notices.length = 0;
      expect((await open(store(), { geneKey, layer, onNotice })).geneNames).toEqual(expected);
      expect(notices.map(({ code }) => code)).toEqual(expected.includes("") ? ["unnamed-genes"] : []);
    }
  });

  it.each([
    ["nowhere", /a column of var/],
    ["flag", /not of measurements or of true and false/],
    ["score", /not of measurements/],
    ["empty", /has none/],
  ])("%s is refused with the columns there are", async (geneKey, rule) => {
    await expect(openSpatial(store(), { geneKey })).rejects.toMatchObject({
      tag: "OptionError",
      option: "gene-key",
      rule: expect.stringMatching(rule),
      remedy: expect.stringContaining("Columns of var: text, kind, entrez, flag, score, empty"),
    });
  });

  it("can be chosen from the index and the columns of text", async () => {
    for (const [layer, expected] of [
      [undefined, ["e1", "e1-text", ""]],
      ["raw", ["r1", "r1-text", ""]],
    ] as const) {
      const columns = await (await openSpatial(store(), { layer })).readGeneColumns();
      expect(columns.map(({ key }) => key)).toEqual([undefined, "text", "kind"]);
      expect(columns.map(({ names }) => names[0])).toEqual(expected);
    }
  });
});
