import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { storedZip } from "../../../packages/stores/test/read-stored-zip.js";
import { testServer } from "../../../packages/stores/test/remote-tools.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
const text = (content: string) => Buffer.from(content, "latin1");
const tar = Buffer.concat([Buffer.alloc(257), text("ustar\0"), Buffer.alloc(300)]);
const zipOf = (...names: string[]) => storedZip(names.map((name) => [name, text("x")] as const));

const FILES: readonly (readonly [name: string, bytes: Uint8Array, found: RegExp, remedy: RegExp])[] = [
  ["hires.png", text("\x89PNG\r\n\x1a\n"), /a picture \(PNG\)/, /Give the counts/],
  ["image.tif", text("II*\0\x08\0"), /a picture \(TIFF\)/, /Give the counts/],
  [
    "cells.rds",
    gzipSync(text("X\n\0\0\0\x03")),
    /data of R \(\.rds\)/,
    /x <- readRDS\("cells\.rds"\); anndataR::write_h5ad\(x, "cells\.h5ad"\).*write10xCounts\("cells"/,
  ],
  ["plain.rds", text("X\n\0\0\0\x03"), /data of R \(\.rds\)/, /readRDS\("plain\.rds"\)/],
  ["all.RData", gzipSync(text("RDX3\nX\n")), /data of R \(\.RData\)/, /load\("all\.RData"\)/],
  [
    "means.xlsx",
    zipOf("[Content_Types].xml", "xl/workbook.xml"),
    /a file of Excel/,
    /Save the sheet as \.csv/,
  ],
  ["means.zip", zipOf("[Content_Types].xml", "xl/workbook.xml"), /a zip file without .*xl/, /Save the sheet/],
  ["run.zip", zipOf("outs/a.h5", "outs/spatial/b.csv"), /a zip file without .*, with outs/, /Unpack it/],
  ["run.tar.gz", gzipSync(tar), /an archive \(tar\), packed with gzip/, /Unpack it/],
  ["run.tar", tar, /an archive \(tar\)/, /Unpack it/],
  ["empty.h5ad", text(""), /an empty file, and no file of HDF5/, /Copy the file again/],
  ["odd.h5ad", text("\0\x01\x02"), /a \.h5ad file, and no file of HDF5/, /copy it again/],
  [
    "counts.csv",
    text("gene,a,b\nActb,1,2\n"),
    /text that begins "gene,a,b"/,
    /anndata\.read_csv\("counts\.csv"\)/,
  ],
  ["counts.csv.gz", gzipSync("gene,a\n"), /text that begins "gene,a", packed with gzip/, /read_csv/],
  ["cells.parquet", text("PAR1\x15\x04"), /a Parquet file/, /as \.h5ad/],
  ["cells.pkl", text("\x80\x04\x95\0"), /a pickle of Python/, /as \.h5ad/],
  ["saved.h5", text("<!DOCTYPE html><title>Sign in</title>"), /a page of HTML/, /the file itself/],
];
const KINDS =
  /expected AnnData or SpatialData \(\.zarr, \.h5ad\), a matrix of 10x .*Xenium.*\.gef of Stereo-seq/;

describe("an input of no known kind", () => {
  it.each(FILES)("is told for what it is: %s", async (name, bytes, found, remedy) => {
    const path = join(await temporaryFolder(), name);
    await writeFile(path, bytes);
    const { code, stdout } = await runCli(["inspect", path, "--json", "--quiet"]);
    const { error } = JSON.parse(stdout);
    expect({ code, ...error }).toMatchObject({
      code: 2,
      message: expect.stringMatching(new RegExp(`${name}: found .*${KINDS.source}`, "s")),
      found: expect.stringMatching(found),
      remedy: expect.stringMatching(remedy),
    });
  });

  it("is told for what it is where nothing lies, or a folder of something else", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "empty"));
    await mkdir(join(folder, "other"));
    await writeFile(join(folder, "other", "notes.txt"), "");
    for (const [name, found] of [
      ["none", /found nothing at this path, expected/],
      ["none/deeper/section.zarr", /found nothing at this path \(\/.*none is not there\), expected/],
      ["empty", /found an empty folder/],
      ["other", /found a folder without \.zgroup or zarr\.json, with notes\.txt/],
    ] as const) {
      const { code, stderr } = await runCli(["inspect", join(folder, name), "--quiet"]);
      expect(code).toBe(2);
      expect(stderr).toMatch(found);
      expect(stderr).toMatch(KINDS);
    }
  });

  it.skipIf(process.platform === "win32")(
    "is told where it cannot be read from many places: a pipe",
    async () => {
      const folder = await temporaryFolder();
      for (const name of ["pipe.h5ad", "pipe", "pipe.zarr"]) {
        execFileSync("mkfifo", [join(folder, name)]);
        const { code, stderr } = await runCli(["inspect", join(folder, name), "--quiet"]);
        expect(code).toBe(2);
        expect(stderr).toMatch(/found neither a file nor a folder.*Save what it yields as a file/);
      }
    },
  );

  it.each(["", "\n\n", "gene,a\n", "gene,a\nActb,-1\n", "gene,a\nActb,1,5\n"])(
    "is named as a table: %j",
    async (content) => {
      const path = join(await temporaryFolder(), "means.csv");
      await writeFile(path, content);
      const { code, stderr } = await runCli(["inspect", stores.spatial, "--reference", path, "--quiet"]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^error: \S*means\.csv: found /),
      });
    },
  );

  it("is told as a reference, which may be a table too, as a result and as statistics", async () => {
    const path = join(await temporaryFolder(), "cells.rds");
    await writeFile(path, gzipSync(text("X\n\0\0\0\x03")));
    const out = join(path, "..", "out.csv");
    const spatial = stores.spatial;
    for (const [args, expected] of [
      [
        ["run", spatial, "--reference", path, "--out", out],
        /Stereo-seq, or a table of mean counts \(\.csv\)\. In R/,
      ],
      [["signature", path, "--out", out], KINDS],
      [["export", path, out], /expected a result of flashdeconv/],
      [["evaluate", path, "--truth", spatial], /expected a result of flashdeconv.*\.parquet/],
      [["solve", path, "--out", out], /expected a store of statistics, as run keeps it/],
    ] as const) {
      const { code, stderr } = await runCli([...args, "--quiet"]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(expected) });
      expect(stderr).toMatch(/found data of R/);
    }
  });

  it.each([
    ["labels.csv", zipOf("[Content_Types].xml"), /found a file of Excel .*Save the sheet as \.csv/],
    ["labels.tsv", text("<html></html>"), /found a page of HTML/],
    ["labels.txt", gzipSync(tar), /found an archive \(tar\)/],
  ])("is told where a table is wanted: %s", async (name, bytes, message) => {
    const path = join(await temporaryFolder(), name);
    await writeFile(path, bytes);
    const { code, stderr } = await runCli(["inspect", stores.spatial, "--reference", path, "--quiet"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  });

  it("is told behind a URL", async () => {
    const files = new Map<string, Uint8Array>([
      ["cells.rds", gzipSync(text("X\n\0\0\0\x03"))],
      ["page/section.h5ad", text("<!doctype html><title>Sign in</title>")],
      ["store.zarr", text("<html>")],
    ]);
    const server = await testServer({ read: (key) => files.get(key) });
    for (const [key, found] of [
      ["cells.rds", /found data of R .*In R: x <- readRDS\("cells\.rds"\)/],
      ["page/section.h5ad", /found a page of HTML, expected AnnData.*the address of the file itself/],
      ["store.zarr", /found a page of HTML/],
      ["none.zarr", /found neither zarr\.json nor \.zgroup, expected AnnData/],
      ["none.h5ad", /found neither zarr\.json nor \.zgroup, and no file of HDF5.*Check the address/],
      ["none", /no filtered_feature_bc_matrix\.h5.*expected AnnData.*cannot be listed/],
    ] as const) {
      const { code, stderr } = await runCli(["inspect", `${server.url}/${key}`, "--quiet"]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(found) });
    }
  });
});
