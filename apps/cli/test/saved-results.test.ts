import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openReference, openSpatial, ZARR } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { deconvolve } from "@flashdeconv/pipeline";
import { resultContents } from "@flashdeconv/pipeline/internal";
import { buildReport } from "@flashdeconv/report";
import {
  blobFile,
  type ResultSource,
  reportOf,
  SAVE_FORMATS,
  type SaveFormat,
  saveAs,
  type Writable,
  writableFile,
} from "@flashdeconv/results";
import { reportInput } from "@flashdeconv/results/internal";
import { zipStore } from "@flashdeconv/stores";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

// What pages save (`@flashdeconv/results`) is what the command line writes.

const stores = smallStores();
const PYTHON = "/usr/bin/python3";
const at = (name: string) => join(stores.folder, name);

async function succeed(...args: string[]): Promise<void> {
  const { code, stderr, stdout } = await runCli(args, { withReport: args[0] === "report" });
  expect(code, stderr + stdout).toBe(0);
}

/** The result of the command line's run, and the same run made here. */
let stored: ResultSource;
let made: ResultSource;

beforeAll(async () => {
  await succeed("run", stores.spatial, "--reference", stores.reference, "--out", at("result.zarr"));
  for (const format of ["csv", "h5ad"]) await succeed("export", at("result.zarr"), at(`result.${format}`));
  await succeed("report", at("result.zarr"), "--out", at("result.html"));
  stored = { store: await openStore(at("result.zarr")) };
  const spatial = await openSpatial(await openStore(stores.spatial));
  const reference = await openReference(await openStore(stores.reference));
  const result = await deconvolve(spatial, reference);
  const coordinates = await spatial.readCoordinates();
  made = { result, frame: { spotNames: spatial.spotNames(), coordinates }, like: spatial.outputHint };
});

/** Names can be read once only: each gets its own. */
async function sources(): Promise<ResultSource[]> {
  const spatial = await openSpatial(await openStore(stores.spatial));
  if (!("result" in made)) throw new Error("not made");
  return [stored, { ...made, frame: { ...made.frame, spotNames: spatial.spotNames() } }];
}

async function saved(format: SaveFormat, source: ResultSource, name?: string): Promise<Uint8Array> {
  const file = blobFile();
  await saveAs(format, source, file, { name });
  return new Uint8Array(await (file.blob() as Blob).arrayBuffer());
}

it("a table has the bytes of the command line's, from a store and from a run", async () => {
  const table = await readFile(at("result.csv"));
  for (const source of await sources()) expect(Buffer.from(await saved("csv", source))).toEqual(table);
  for (const source of await sources()) expect(gunzipSync(await saved("csv.gz", source))).toEqual(table);
});

it("an h5ad file has the bytes of the command line's", async () => {
  expect(Buffer.from(await saved("h5ad", stored))).toEqual(await readFile(at("result.h5ad")));
});

it("a report is the command line's", async () => {
  const page = await readFile(at("result.html"));
  expect(Buffer.from(await saved("report", stored, "result.zarr"))).toEqual(page);
  const { html, figures } = await reportOf(made, { name: "<b>mine</b>" });
  expect(html).toContain("mine");
  expect(html).not.toContain("<b>mine");
  expect(figures.length).toBeGreaterThan(3);
});

it("a report of a run makes no maps, and is the same", async () => {
  if (!("result" in made)) throw new Error("not made");
  const { result, frame } = made;
  if (!frame.coordinates) throw new Error("no coordinates");
  let looks = 0;
  // Whoever draws maps looks first whether pieces of tissue lie over one another.
  const coordinates = Object.defineProperty({ ...frame.coordinates }, "components", {
    get: () => void looks++,
  });
  const watched = { ...frame, coordinates };
  const { html } = await reportOf({ result, frame: watched });
  expect(looks).toBe(0);
  const contents = await resultContents(result.tables, { ...result, ...watched }, {});
  expect(looks).toBeGreaterThan(0);
  expect(Object.keys(contents.uns ?? {})).toContain("flashdeconv_maps");
  const withMaps = await buildReport(
    await reportInput(contents, { name: "flashdeconv", key: "flashdeconv" }),
  );
  expect(html).toBe(withMaps.html);
});

it("a zipped store has what the folder has, and is read by the command line and by anndata", async () => {
  const bytes = await saved("zarr.zip", stored);
  const zip = at("saved.zarr.zip");
  await writeFile(zip, bytes);
  const reader = {
    getLength: async () => bytes.length,
    read: async (o: number, n: number) => bytes.slice(o, o + n),
  };
  const store = await zipStore("saved", reader, { format: ZARR });
  const folder = (await readdir(at("result.zarr"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at("result.zarr").length));
  for (const key of folder) {
    const own = await store.get(key as `/${string}`);
    expect(own && Buffer.from(own), key).toEqual(await readFile(at("result.zarr") + key));
  }
  const { code, stdout, stderr } = await runCli(["evaluate", zip, "--truth", at("result.csv"), "--json"]);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ spot_count: 200 });
  expect(JSON.parse(stdout).rmse).toBeLessThan(1e-7);
  if (spawnSync(PYTHON, ["-c", "import anndata, zarr"]).status !== 0)
    return console.warn("Not tried: no anndata");
  const python = "import anndata, sys; print(anndata.read_zarr(sys.argv[1]).obsm['flashdeconv'].shape)";
  const read = spawnSync(PYTHON, ["-W", "ignore", "-c", python, zip], { encoding: "utf8" });
  expect(read.stdout.trim(), read.stderr).toBe("(200, 4)");
});

it("a zipped store of a run has the proportions of the run", async () => {
  const [, own] = await sources();
  const zip = at("made.zarr.zip");
  await writeFile(zip, await saved("zarr.zip", own));
  const { code, stdout, stderr } = await runCli([
    ...["evaluate", zip, "--truth", at("result.zarr"), "--truth-key", "flashdeconv", "--json"],
  ]);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ spot_count: 200, rmse: 0 });
});

describe("a file that a page writes", () => {
  /** A stream of a file as browsers have it. */
  function stream(fails = false) {
    const bytes = new Uint8Array(2 ** 24);
    const seen = { end: 0, writes: 0, closed: false, aborted: false };
    const target: Writable = {
      async write({ position, data }) {
        if (fails) throw new Error("the disk is full");
        bytes.set(data, position);
        seen.end = Math.max(seen.end, position + data.length);
        seen.writes++;
      },
      async close() {
        seen.closed = true;
      },
      async abort() {
        seen.aborted = true;
      },
    };
    return { target, seen, content: () => Buffer.from(bytes.subarray(0, seen.end)) };
  }

  it.each(SAVE_FORMATS)("holds the same bytes: %s", async (format) => {
    const { target, seen, content } = stream();
    await saveAs(format, stored, writableFile(target));
    expect(seen).toMatchObject({ closed: true, aborted: false });
    const same = Buffer.from(await saved(format, stored));
    // The order of a zip's members is that in which chunks are ready.
    if (format === "zarr.zip") expect(content().length).toBe(same.length);
    else expect(content()).toEqual(same);
  });

  it.each(SAVE_FORMATS)(
    "is given up where it cannot be written, and where the run is stopped: %s",
    async (format) => {
      const full = stream(true);
      await expect(saveAs(format, stored, writableFile(full.target))).rejects.toThrow("full");
      expect(full.seen).toMatchObject({ closed: false, aborted: true });
      const stopped = stream();
      const signal = AbortSignal.abort(new Error("stopped"));
      await expect(saveAs(format, stored, writableFile(stopped.target), { signal })).rejects.toThrow(
        "stopped",
      );
      expect(stopped.seen).toMatchObject({ closed: false, aborted: true });
      const file = blobFile();
      await expect(saveAs(format, { ...stored, key: "none" } as ResultSource, file)).rejects.toThrow(/none/);
      expect(file.blob()).toBeUndefined();
    },
  );
});

it("a type whose name would be taken for another column is refused by tables", async () => {
  const [, own] = await sources();
  if (!("result" in own)) throw new Error("not made");
  const source = { ...own, layout: { key: "type" } };
  await expect(saveAs("csv", source, blobFile())).rejects.toThrow(/"type_0" would be taken/);
});

it("an unknown format is refused", async () => {
  await expect(saveAs("xlsx" as SaveFormat, stored, blobFile())).rejects.toThrow(/one of zarr.zip, h5ad/);
});
