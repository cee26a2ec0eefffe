import { collect } from "@flashdeconv/core";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { describe, it } from "vitest";
import { edit, ROWS, read, refused } from "./read-refused.js";
import { tinyAnnData, writeSparse } from "./read-tiny-anndata.js";
import { TinyZarr } from "./read-tiny-zarr.js";

describe("metadata that cannot be", () => {
  it("no Zarr store", async () => {
    const zarr = new TinyZarr(2);
    await refused(openSpatial(zarr), {
      tag: "FormatError",
      subject: "the store's root",
      found: /neither zarr\.json/,
    });
  });

  it("text that is not JSON", async () => {
    const zarr = tinyAnnData(ROWS);
    zarr.files.set("X/data/.zarray", new TextEncoder().encode("{oops"));
    await refused(openSpatial(zarr), { tag: "FormatError", subject: "X/data/.zarray", found: /not JSON/ });
    zarr.json("X/data/.zarray", [1]);
    await refused(openSpatial(zarr), { tag: "FormatError", subject: "X/data/.zarray", found: /an array/ });
  });

  it("an order or a separator that is none", async () => {
    for (const value of ["Infinity", "", 7]) {
      const second = tinyAnnData(ROWS);
      edit(second, "X/data/.zarray", { dimension_separator: value });
      await refused(read(second), { tag: "FormatError", subject: "X/data", found: /the separator/ });
      const third = tinyAnnData(ROWS, { format: 3 });
      const encoding = { name: "default", configuration: { separator: value } };
      edit(third, "X/data/zarr.json", { chunk_key_encoding: encoding });
      await refused(read(third), { tag: "FormatError", subject: "X/data", found: /the separator/ });
      const order = tinyAnnData(ROWS);
      edit(order, "X/data/.zarray", { order: value });
      await refused(read(order), { tag: "FormatError", subject: "X/data", found: /the order/ });
    }
  });

  it("an unknown codec, data type or encoding, with a list of those that are known", async () => {
    const codec = tinyAnnData(ROWS);
    edit(codec, "X/data/.zarray", { compressor: { id: "lzma" } });
    await refused(openSpatial(codec), {
      tag: "FormatError",
      subject: "X/data",
      found: '"lzma"',
      expected: /blosc.*zstd/,
    });

    const codecV3 = tinyAnnData(ROWS, { format: 3 });
    edit(codecV3, "X/data/zarr.json", { codecs: [{ name: "bytes" }, { name: "pcodec" }] });
    await refused(openSpatial(codecV3), { tag: "FormatError", subject: "X/data", found: '"pcodec"' });

    for (const dtype of ["<c16", "<M8[ns]", [["a", "<i4"]], "|O", 7]) {
      const zarr = tinyAnnData(ROWS);
      edit(zarr, "X/data/.zarray", { dtype });
      await refused(openSpatial(zarr), {
        tag: "FormatError",
        subject: "X/data",
        found: "data type",
        expected: /float64/,
      });
    }

    const version = tinyAnnData(ROWS);
    edit(version, "X/.zattrs", { "encoding-version": "0.9.0" });
    await refused(openSpatial(version), {
      tag: "FormatError",
      subject: "X",
      found: /csr_matrix.*0\.9\.0/,
      expected: "0.1.0",
    });

    const encoding = tinyAnnData(ROWS);
    edit(encoding, "X/.zattrs", { "encoding-type": "coo_matrix" });
    await refused(openSpatial(encoding), {
      tag: "FormatError",
      subject: "X",
      found: "coo_matrix",
      expected: /csr_matrix/,
    });
  });

  it("shapes and chunks that are none", async () => {
    for (const change of [
      { shape: [-1] },
      { shape: "6" },
      { chunks: [0] },
      { chunks: [2, 2] },
      { chunks: [2 ** 40] },
    ]) {
      const zarr = tinyAnnData(ROWS);
      edit(zarr, "X/data/.zarray", change);
      await refused(openSpatial(zarr), { tag: "FormatError", subject: "X/data", found: /shape|chunks/ });
    }
    for (const shape of [undefined, [3], [3.5, 4], [2 ** 40, 4]]) {
      const zarr = tinyAnnData(ROWS);
      edit(zarr, "X/.zattrs", { shape });
      await refused(openSpatial(zarr), { tag: "FormatError", subject: "X", found: /shape/ });
    }
  });

  it("lengths that disagree", async () => {
    const indptr = tinyAnnData(ROWS);
    edit(indptr, "X/.zattrs", { shape: [1_000_000_000, 4] });
    await refused(openSpatial(indptr), {
      tag: "FormatError",
      subject: "X",
      found: /indptr of 4 items/,
      expected: /1000000001/,
    });

    const indices = tinyAnnData(ROWS);
    edit(indices, "X/indices/.zarray", { shape: [6] });
    await refused(openSpatial(indices), {
      tag: "FormatError",
      subject: "X",
      found: /6 indices for 8 values/,
    });

    const spots = tinyAnnData(ROWS, { spotNames: ["a", "b"] });
    await refused(openSpatial(spots), {
      tag: "ShapeError",
      subject: "X",
      found: /3 rows but 2 names in obs\/_index/,
    });

    const genes = tinyAnnData(ROWS);
    writeSparse(genes, "X", "csr_matrix", [3, 5], { data: [1], indices: [0], indptr: [0, 1, 1, 1] });
    await refused(openSpatial(genes), { tag: "ShapeError", subject: "X", found: /5 columns but 4 names/ });
  });

  it.each([
    [500_000_000, "no chunk"],
    [2_000_000_000, "an array of 2000000001 items, for which 7,630 MiB of memory are needed"],
  ])("a length that nothing backs is not allocated (%d)", async (length, found) => {
    const zarr = tinyAnnData(ROWS);
    edit(zarr, "X/.zattrs", { shape: [length, 4] });
    edit(zarr, "X/indptr/.zarray", { shape: [length + 1], fill_value: null });
    edit(zarr, "obs/_index/.zarray", { shape: [length] });
    const dataset = await openSpatial(zarr);
    await refused(collect(dataset.counts), { tag: "FormatError", subject: "X/indptr", found });
  });

  it("no spot, no gene", async () => {
    await refused(openSpatial(tinyAnnData([])), { tag: "ShapeError", subject: "X", found: "no spot" });
    await refused(openSpatial(tinyAnnData([[], []])), { tag: "ShapeError", subject: "X", found: "no gene" });
    const cells = tinyAnnData([], { labels: [] });
    await refused(openReference(cells), { tag: "ShapeError", subject: "X", found: "no cell" });
  });
});
