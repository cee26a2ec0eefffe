import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { collect } from "@flashdeconv/core";
import { inspectStore, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storedZip } from "../../stores/test/read-stored-zip.js";
import { tinyAnnData } from "./read-tiny-anndata.js";

const ROWS = [
  [0, 3],
  [5, 0],
];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "open-store-"));
  for (const [key, bytes] of tinyAnnData(ROWS).files) {
    const path = join(folder, "store.zarr", key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function refuses(path: string, found: RegExp, remedy = /\w/): Promise<void> {
  await expect(openStore(path)).rejects.toMatchObject({
    tag: "StoreError",
    path,
    found: expect.stringMatching(found),
    expected: expect.stringContaining("Zarr store"),
    remedy: expect.stringMatching(remedy),
  });
}

describe("openStore", () => {
  it("opens a folder, whole or in part, and lists it", async () => {
    const store = await openStore(join(folder, "store.zarr"));
    expect([...(await collect((await openSpatial(store)).counts)).values]).toEqual([3, 5]);
    expect((await inspectStore(store)).obsm).toEqual([{ key: "spatial", encoding: "array", shape: [2, 2] }]);
    expect(await store.get("/X/data")).toBeUndefined();
    expect(await store.get("/X/data/0/none")).toBeUndefined();
    expect(await store.getRange?.("/X/data/0", { offset: 4, length: 4 })).toEqual(
      new Uint8Array(Float32Array.of(5).buffer),
    );
    expect(await store.getRange?.("/X/data/0", { suffixLength: 100 })).toHaveLength(8);
    expect(await store.getRange?.("/X/data/0", { offset: 6, length: 4 })).toHaveLength(2);
    expect(await store.getRange?.("/X/none", { offset: 6, length: 4 })).toBeUndefined();
    expect(await store.list?.("/none")).toEqual([]);
    await store.close();
  });

  it("keeps inside of the folder", async () => {
    await writeFile(join(folder, "secret"), "x");
    await writeFile(join(folder, "store.zarr-other"), "x");
    const store = await openStore(join(folder, "store.zarr"));
    expect(await store.get("/../secret")).toBeUndefined();
    expect(await store.get("/../store.zarr-other")).toBeUndefined();
    expect(await store.list?.("/..")).toEqual([]);
  });

  it("opens a zip, at its top or in a folder, past what macOS adds", async () => {
    const members = [...tinyAnnData(ROWS).files];
    for (const prefix of ["", "sub/store.zarr/"]) {
      const path = join(folder, "store.zip");
      const junk: [string, Uint8Array][] = [[`__MACOSX/${prefix}._.zgroup`, Uint8Array.of(0)]];
      await writeFile(
        path,
        storedZip([...junk, ...members.map(([key, bytes]) => [prefix + key, bytes] as const)]),
      );
      const store = await openStore(path);
      const { counts } = await openSpatial(store);
      expect([...(await collect(counts)).values]).toEqual([3, 5]);
      expect((await inspectStore(store)).obsm).toEqual([
        { key: "spatial", encoding: "array", shape: [2, 2] },
      ]);
      expect(await store.getRange?.("/X/data/0", { suffixLength: 4 })).toEqual(
        new Uint8Array(Float32Array.of(5).buffer),
      );
      await store.close();
      await expect(collect(counts)).rejects.toMatchObject({ tag: "StoreError" });
    }
  });

  it("says what lies at a path that is not a store", async () => {
    await refuses(join(folder, "absent.zarr"), /nothing at this path/, /Check the path/);
    await mkdir(join(folder, "empty"));
    await refuses(join(folder, "empty"), /an empty folder/);
    await refuses(folder, /a folder with the stores store\.zarr in it/);
    await mkdir(join(folder, "plain"));
    await writeFile(join(folder, "plain", "a.txt"), "x");
    await refuses(join(folder, "plain"), /without \.zgroup or zarr\.json/);
    await writeFile(join(folder, "cells.h5ad"), "\0");
    await refuses(join(folder, "cells.h5ad"), /a \.h5ad file/, /Check the path/);
    await refuses(join(folder, "plain", "a.txt", "deeper"), /nothing at this path/);
    await writeFile(join(folder, "broken.zip"), "no zip at all");
    await refuses(join(folder, "broken.zip"), /cannot be read as a zip/);
    const whole = storedZip([...tinyAnnData(ROWS).files]);
    await writeFile(join(folder, "cut.zip"), whole.subarray(0, whole.length / 2));
    await refuses(join(folder, "cut.zip"), /cannot be read as a zip/);
  });
});
