import { collect, type ErrorTag, isFlashdeconvError } from "@flashdeconv/core";
import { openReference, openSpatial, readColumn, readObsm } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { type Rows, tinyAnnData, writeSparse } from "./read-tiny-anndata.js";
import { TinyZarr } from "./read-tiny-zarr.js";

const ROWS: Rows = [
  [0, 3, 0, 1],
  [5, 0, 0, 2],
  [1, 1, 1, 1],
];

interface Expected {
  readonly tag: ErrorTag;
  /** What the message must open with. */
  readonly subject: string;
  readonly found: string | RegExp;
  readonly expected?: string | RegExp;
  readonly remedy?: string | RegExp;
}

async function refused(task: Promise<unknown>, wanted: Expected): Promise<void> {
  const error = await task.then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  if (!isFlashdeconvError(error)) throw error;
  expect(error.tag).toBe(wanted.tag);
  expect(error.message.startsWith(`${wanted.subject}: found `)).toBe(true);
  expect(error.found).toMatch(wanted.found);
  expect(error.expected).toMatch(wanted.expected ?? /\w/);
  expect(error.remedy).toMatch(wanted.remedy ?? /^[A-Z].*\.$/);
}

const read = async (zarr: TinyZarr, layer?: string) => collect((await openSpatial(zarr, { layer })).counts);

/** Changes a metadata document of a store. */
function edit(zarr: TinyZarr, key: string, change: Record<string, unknown>): void {
  const bytes = zarr.files.get(key);
  if (!bytes) throw new Error(`no ${key}`);
  zarr.json(key, { ...JSON.parse(new TextDecoder().decode(bytes)), ...change });
}

describe("lost and damaged chunks", () => {
  const parts = [
    ["data", "csr"],
    ["indices", "csr"],
    ["data", "csc"],
    ["indices", "csc"],
  ] as const;
  it.each(parts)("a missing chunk of X/%s (%s) is refused, fill value or not", async (name, encoding) => {
    for (const fillValue of [0, null]) {
      const zarr = tinyAnnData(ROWS, { encoding, chunkLength: 2 });
      edit(zarr, `X/${name}/.zarray`, { fill_value: fillValue });
      zarr.files.delete(`X/${name}/1`);
      await refused(read(zarr), { tag: "FormatError", subject: `X/${name}`, found: `no chunk X/${name}/1` });
    }
  });

  it("a missing chunk of a single index is the fill value, and refused where none is declared", async () => {
    const zarr = tinyAnnData([[4, 5]], { chunkLength: 1 });
    zarr.files.delete("X/indices/0");
    expect([...(await read(zarr)).indices]).toEqual([0, 1]);
    edit(zarr, "X/indices/.zarray", { fill_value: null });
    await refused(read(zarr), {
      tag: "FormatError",
      subject: "X/indices",
      found: /no chunk/,
      expected: /no fill value/,
    });
  });

  it("a missing chunk of a dense matrix is the fill value, and refused where none is declared", async () => {
    for (const format of [2, 3] as const) {
      const zarr = tinyAnnData(ROWS, { format, encoding: "dense", chunkLength: 2 });
      zarr.files.delete(format === 2 ? "X/1.0" : "X/c/1/0");
      expect([...(await read(zarr)).values]).toEqual([3, 1, 5, 2, 1, 1]);
    }
    const zarr = tinyAnnData(ROWS, { encoding: "dense", chunkLength: 2 });
    zarr.files.delete("X/1.0");
    edit(zarr, "X/.zarray", { fill_value: null });
    await refused(read(zarr), { tag: "FormatError", subject: "X", found: "no chunk X/1.0" });
  });

  it("a missing chunk of indptr is filled in and then found wrong", async () => {
    const zarr = tinyAnnData(ROWS, { chunkLength: 2 });
    zarr.files.delete("X/indptr/1");
    await refused(read(zarr), { tag: "FormatError", subject: "X/indptr", found: /offset 0 after 2/ });
  });

  it("a missing chunk of names or coordinates is refused", async () => {
    const genes = tinyAnnData(ROWS);
    genes.files.delete("var/_index/0");
    await refused(openSpatial(genes), {
      tag: "FormatError",
      subject: "var/_index",
      found: "no chunk var/_index/0",
    });
    const positions = tinyAnnData(ROWS);
    positions.files.delete("obsm/spatial/0.0");
    const dataset = await openSpatial(positions);
    await refused(dataset.readCoordinates(), { tag: "FormatError", subject: "obsm/spatial", found: /0\.0/ });
  });

  it("a truncated chunk is refused, naming array and chunk", async () => {
    for (const format of [2, 3] as const) {
      for (const name of ["data", "indices", "indptr"]) {
        const zarr = tinyAnnData(ROWS, { format, chunkLength: 3 });
        const key = format === 2 ? `X/${name}/0` : `X/${name}/c/0`;
        zarr.files.set(key, (zarr.files.get(key) as Uint8Array).slice(0, 8));
        await refused(read(zarr), {
          tag: "FormatError",
          subject: `X/${name}`,
          found: `chunk ${key} with 2 items, not 3`,
          expected: /3 items of (float32|int32)/,
        });
        zarr.files.set(key, new Uint8Array(0));
        await refused(read(zarr), { tag: "FormatError", subject: `X/${name}`, found: `chunk ${key}` });
      }
    }
  });

  it("corrupt names are refused", async () => {
    const damage: [string, (bytes: Uint8Array) => Uint8Array, RegExp][] = [
      ["cut", (bytes) => bytes.slice(0, bytes.length - 1), /past the end/],
      ["longer", (bytes) => Uint8Array.of(...bytes, 1), /after the last string/],
      [
        "a count beyond reason",
        (bytes) => Uint8Array.of(255, 255, 255, 255, ...bytes.slice(4)),
        /4294967295 strings/,
      ],
      ["empty", () => new Uint8Array(0), /too short/],
      ["no text", (bytes) => bytes.with(8, bytes[8] | 128), /string 0 of \d+ is not UTF-8/],
    ];
    for (const [, change, found] of damage) {
      const zarr = tinyAnnData(ROWS);
      zarr.files.set("var/_index/0", change(zarr.files.get("var/_index/0") as Uint8Array));
      await refused(openSpatial(zarr), { tag: "FormatError", subject: "var/_index", found });
    }
  });

  it("bytes that no codec decodes are refused", async () => {
    for (const id of ["zstd", "gzip", "zlib", "blosc", "lz4"]) {
      const zarr = tinyAnnData(ROWS);
      edit(zarr, "X/data/.zarray", { compressor: { id } });
      await refused(read(zarr), { tag: "FormatError", subject: "X/data", found: /chunk X\/data\/0 with/ });
    }
  });
});

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
