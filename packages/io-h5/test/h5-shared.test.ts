import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { collect, isFlashdeconvError } from "@flashdeconv/core";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { registerFileOpeners } from "@flashdeconv/stores";
import { beforeAll, describe, expect, it } from "vitest";
import { goldenPath } from "../../../test/golden-data.js";
import { sharedData } from "../../../test/shared-data.js";
import { hdf5Store } from "../src/index.js";
import { hdf5Opener } from "../src/opener.js";
import { bytesReader, readItems } from "./h5-tools.js";

const files = sharedData("files");
const golden = sharedData("golden/spatial.h5ad");
const why = (there: unknown) => (there ? "" : " (no ../shared)");

/**
 * Digests of all arrays of other people's files, as this package reads them; each was held against h5py by `scripts/h5/compare.mjs`.
 * `WRITE_DIGESTS=1` writes them anew.
 */
const DIGESTS = fileURLToPath(new URL("shared-digests.json", import.meta.url));

describe.skipIf(!files)(`other people's HDF5 files${why(files)}`, () => {
  it("are read as h5py reads them, or refused by name", async () => {
    const found: Record<string, string> = {};
    for (const path of filesBelow(files ?? "")) {
      const store = await hdf5Store(bytesReader(new Uint8Array(await readFile(path))));
      const lines: string[] = [];
      for (const array of await arraysOf(store)) lines.push(`${array} ${await digestOf(store, array)}`);
      found[relative(files ?? "", path)] = lines.sort().join("\n");
    }
    const digests = Object.fromEntries(Object.entries(found).map(([path, lines]) => [path, short(lines)]));
    if (process.env.WRITE_DIGESTS) writeFileSync(DIGESTS, `${JSON.stringify(digests, null, 2)}\n`);
    expect(Object.keys(digests).length).toBeGreaterThan(20);
    expect(digests).toEqual(JSON.parse(readFileSync(DIGESTS, "utf8")));
  });
});

describe.skipIf(!golden)(`the golden data as h5ad${why(golden)}`, () => {
  beforeAll(() => registerFileOpeners({ h5: hdf5Opener }));

  it("hold what the Zarr stores hold", async () => {
    const [file, store] = await Promise.all([openStore(golden ?? ""), openStore(goldenPath("spatial.zarr"))]);
    const [found, expected] = await Promise.all([openSpatial(file), openSpatial(store)]);
    expect(await collect(found.counts)).toEqual(await collect(expected.counts));
    expect(await found.readCoordinates()).toEqual(await expected.readCoordinates());
    expect(found.geneNames).toEqual(expected.geneNames);
    const cells = await openReference(await openStore(sharedData("golden/reference.h5ad") ?? ""));
    const zarr = await openReference(await openStore(goldenPath("reference.zarr")));
    expect(await collect(cells.counts)).toEqual(await collect(zarr.counts));
    expect(cells.cellTypes).toEqual(zarr.cellTypes);
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesBelow(path);
      return /\.(h5|hdf5|nc|h5ad)$/.test(name) ? [path] : [];
    });
}

type Store = Awaited<ReturnType<typeof hdf5Store>>;

/** Paths of all members that are not groups. */
async function arraysOf(store: Store): Promise<string[]> {
  const arrays: string[] = [];
  const waiting = [""];
  for (const path of waiting) {
    const names = await store.list(`/${path}`);
    if (names.length === 0) arrays.push(path);
    for (const name of names) waiting.push(path === "" ? name : `${path}/${name}`);
  }
  return arrays;
}

async function digestOf(store: Store, path: string): Promise<string> {
  try {
    const document = await store.get(`/${path}/.zarray`);
    if (!document) return "no array";
    const { shape, dtype } = JSON.parse(new TextDecoder().decode(document));
    return `${dtype} ${shape.join("x")} ${short(JSON.stringify(await readItems(store, path)))}`;
  } catch (error) {
    if (isFlashdeconvError(error)) return error.found;
    throw error;
  }
}

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
