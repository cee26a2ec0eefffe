import { openSpatial } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { edit, ROWS, read, refused } from "./read-refused.js";
import { tinyAnnData } from "./read-tiny-anndata.js";

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
