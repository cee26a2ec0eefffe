import { collect } from "@flashdeconv/core";
import { openReference, openSpatial, readColumn, readObsm } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { ROWS, read, refused } from "./read-refused.js";
import { tinyAnnData, writeSparse } from "./read-tiny-anndata.js";

describe("sparse matrices that contradict themselves", () => {
  const cases: [string, Parameters<typeof writeSparse>[4], string, RegExp][] = [
    ["an index beyond the width", { data: [1], indices: [4], indptr: [0, 1, 1, 1] }, "X/indices", /index 4/],
    ["a negative index", { data: [1], indices: [-1], indptr: [0, 1, 1, 1] }, "X/indices", /index -1/],
    [
      "offsets that descend",
      { data: [1, 1], indices: [0, 1], indptr: [0, 2, 1, 2] },
      "X/indptr",
      /offset 1 after 2/,
    ],
    [
      "offsets that end early",
      { data: [1, 1], indices: [0, 1], indptr: [0, 1, 1, 1] },
      "X/indptr",
      /1 as the last/,
    ],
    [
      "offsets that begin late",
      { data: [1], indices: [0], indptr: [1, 1, 1, 1] },
      "X/indptr",
      /1 as the first/,
    ],
  ];
  it.each(cases)("%s", async (_, parts, subject, found) => {
    for (const indexType of ["int32", "int64"] as const) {
      const zarr = tinyAnnData(ROWS);
      writeSparse(zarr, "X", "csr_matrix", [3, 4], { ...parts, indexType });
      await refused(read(zarr), { tag: "FormatError", subject, found });
    }
  });

  it("an int64 index that 32 bits would wrap into range", async () => {
    const zarr = tinyAnnData(ROWS);
    const parts = { data: [1], indices: [2 ** 32 + 1], indptr: [0, 1, 1, 1], indexType: "int64" as const };
    writeSparse(zarr, "X", "csr_matrix", [3, 4], parts);
    await refused(read(zarr), { tag: "FormatError", subject: "X/indices", found: "4294967297" });
  });

  it("integers that Float32 does not hold", async () => {
    for (const encoding of ["csr", "csc", "dense"] as const) {
      for (const dataType of ["int32", "int64"] as const) {
        const zarr = tinyAnnData([[2 ** 24 + 1]], { encoding, dataType });
        const subject = encoding === "dense" ? "X" : "X/data";
        await refused(read(zarr), { tag: "FormatError", subject, found: "16777217", expected: "16777216" });
      }
    }
    expect([...(await read(tinyAnnData([[2 ** 24]], { dataType: "int64" }))).values]).toEqual([2 ** 24]);
  });
});

describe("things asked for that are not there", () => {
  it("a layer", async () => {
    const zarr = tinyAnnData(ROWS);
    await refused(openSpatial(zarr, { layer: "counts" }), {
      tag: "OptionError",
      subject: "option layer",
      found: '"counts"',
      expected: /: X$/,
    });
  });

  it("a column of labels, or labels in it", async () => {
    const labels = ["a", "b", "a"];
    await refused(openReference(tinyAnnData(ROWS, { labels }), { cellTypeKey: "celltype" }), {
      tag: "OptionError",
      subject: "option cell-type-key",
      found: '"celltype"',
      expected: /: cell_type$/,
    });
    const unlabelled = tinyAnnData(ROWS, { labels: ["", "", ""] });
    await refused(openReference(unlabelled), {
      tag: "ShapeError",
      subject: "obs/cell_type",
      found: "no label",
    });
    const few = tinyAnnData(ROWS, { labels: ["a"] });
    await refused(openReference(few), {
      tag: "ShapeError",
      subject: "obs/cell_type",
      found: /1 label for 3 cells/,
    });
  });

  it("the cell of a label, where several have its name", async () => {
    const cells = tinyAnnData(ROWS, { spotNames: ["one", "two", "one"] });
    await refused(openReference(cells, { labels: new Map([["one", "a"]]) }), {
      tag: "FormatError",
      subject: "labels",
      found: /1 label whose cell's name several cells of the reference have: "one"/,
    });
    // Cells without a label are left out, whatever they are called.
    const { cellTypes } = await openReference(cells, { labels: new Map([["two", "b"]]) });
    expect([...cellTypes.codes]).toEqual([-1, 0, -1]);
  });

  it("a column, a key of obsm", async () => {
    const zarr = tinyAnnData(ROWS);
    await refused(readColumn(zarr, "obs/none"), {
      tag: "FormatError",
      subject: "obs/none",
      found: "nothing",
    });
    await refused(readObsm(zarr, "none"), {
      tag: "OptionError",
      subject: "option key",
      found: "none",
      expected: "spatial",
    });
  });

  it("a spot", async () => {
    const { readSpotName } = await openSpatial(tinyAnnData(ROWS));
    for (const index of [-1, 3, 0.5]) {
      await refused(readSpotName(index), {
        tag: "OptionError",
        subject: "option index",
        found: String(index),
        expected: "0 to 2",
      });
    }
  });

  it("an option without sense", async () => {
    const zarr = tinyAnnData(ROWS);
    await refused(openSpatial(zarr, { layer: "" }), {
      tag: "OptionError",
      subject: "option layer",
      found: '""',
    });
    await refused(openSpatial(zarr, { maxChunkBytes: 0 }), {
      tag: "OptionError",
      subject: "option maxChunkBytes",
      found: "0",
    });
  });
});

describe("reads that fail or are stopped", () => {
  it("a failure names what was being read", async () => {
    const zarr = tinyAnnData(ROWS);
    const { counts } = await openSpatial(zarr);
    zarr.failOn = { suffix: "X/data/0", error: new Error("connection lost") };
    await refused(collect(counts), { tag: "StoreError", subject: "X/data/0", found: "connection lost" });
  });

  it("an abort is rethrown as it is, from opening, passes, names and coordinates", async () => {
    const reason = new Error("the caller's own reason");
    const signal = AbortSignal.abort(reason);
    const zarr = tinyAnnData(ROWS, { labels: ["a", "b", "a"] });
    await expect(openSpatial(zarr, { signal })).rejects.toBe(reason);
    await expect(openReference(zarr, { signal })).rejects.toBe(reason);
    const dataset = await openSpatial(zarr);
    await expect(collect(dataset.counts, { signal })).rejects.toBe(reason);
    await expect(dataset.readCoordinates({ signal })).rejects.toBe(reason);
    await expect(dataset.readSpotName(0, { signal })).rejects.toBe(reason);
    await expect(dataset.spotNames({ signal })[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  });

  it("an abort during a read is not wrapped", async () => {
    const reason = new Error("the caller's own reason");
    const controller = new AbortController();
    const zarr = tinyAnnData(ROWS, { encoding: "csc", chunkLength: 1 });
    const { counts } = await openSpatial(zarr);
    const get = zarr.get.bind(zarr);
    let reads = 0;
    zarr.get = (key, options) => {
      if (++reads === 8) controller.abort(reason);
      return get(key, options);
    };
    await expect(collect(counts, { signal: controller.signal })).rejects.toBe(reason);
    expect(reads).toBeLessThan(20);
  });

  it("the signal of opening does not reach what is done later", async () => {
    const controller = new AbortController();
    const dataset = await openSpatial(tinyAnnData(ROWS), { signal: controller.signal });
    controller.abort();
    expect((await collect(dataset.counts)).spotCount).toBe(3);
    expect((await dataset.readCoordinates()).dimension).toBe(2);
    expect(await dataset.readSpotName(2)).toBe("spot-2");
  });
});
