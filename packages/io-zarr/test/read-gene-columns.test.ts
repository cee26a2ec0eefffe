import type { Notice } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { expect, it } from "vitest";
import { strings, tinyAnnData, writeDataframe } from "./read-tiny-anndata.js";

const ROWS = [
  [1, 9, 0, 3],
  [0, 8, 2, 0],
  [0, 7, 0, 0],
];

function store(kinds: readonly string[], encoding: "csr" | "csc" | "dense" = "csr", key = "feature_types") {
  const zarr = tinyAnnData(ROWS, { encoding, labels: ["a", "b", "a"] });
  writeDataframe(zarr, "var", ["g1", "CD3", "g2", "g3"], [key]);
  strings(zarr, `var/${key}`, kinds);
  return zarr;
}

const MIXED = ["Gene Expression", "Antibody Capture", "Gene Expression", "Gene Expression"];

async function rowsOf(source: Awaited<ReturnType<typeof openSpatial>>["counts"]): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { spotCount, width, indptr, indices, values } of source.chunks()) {
    for (let row = 0; row < spotCount; row++) {
      const full = new Array(width).fill(0);
      for (let i = indptr[row]; i < indptr[row + 1]; i++) full[indices[i]] = values[i];
      rows.push(full);
    }
  }
  return rows;
}

it.each(["csr", "csc", "dense"] as const)(
  "antibodies are not genes: they are left out of %s, and that is said",
  async (encoding) => {
    for (const key of ["feature_types", "feature_type"]) {
      for (const open of [openSpatial, openReference]) {
        const notices: Notice[] = [];
        const onNotice = (notice: Notice) => notices.push(notice);
        const opened = await open(store(MIXED, encoding, key), { onNotice });
        expect(opened.geneNames).toEqual(["g1", "g2", "g3"]);
        expect(await rowsOf(opened.counts)).toEqual([
          [1, 0, 3],
          [0, 2, 0],
          [0, 0, 0],
        ]);
        expect(notices).toEqual([
          {
            code: "other-features",
            message: "Features that are not genes are left out: 1 Antibody Capture. 3 genes remain.",
          },
        ]);
        await checkSource(opened.counts);
      }
    }
  },
);

it("a file of antibodies alone is refused", async () => {
  const kinds = ROWS[0].map(() => "Antibody Capture");
  await expect(openSpatial(store(kinds))).rejects.toMatchObject({
    tag: "FormatError",
    path: "var/feature_types",
    found: "no gene among 4 Antibody Capture",
  });
});

it.each([
  ["all genes", ["Gene Expression", "Gene Expression", "Gene Expression", "Gene Expression"]],
  ["kinds of genes", ["protein_coding", "lincRNA", "protein_coding", "IG_C_gene"]],
])("%s stay, without a word", async (_, kinds) => {
  const notices: Notice[] = [];
  const { geneNames } = await openSpatial(store(kinds), { onNotice: (notice) => notices.push(notice) });
  expect(geneNames).toEqual(["g1", "CD3", "g2", "g3"]);
  expect(notices).toEqual([]);
});
