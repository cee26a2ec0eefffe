import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.js";
import { filesOf } from "../../stores/test/write-disk-tools.js";
import { addToAnnData, openSpatial, readColumn, readDataframe } from "../src/index.js";
import { editStore, openStore } from "../src/node.js";

const fixtures = sharedData("zarr-fixtures") ?? "";
const stores = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12"].flatMap((version) => {
  const folder = join(fixtures, `anndata-${version}`);
  return (fixtures === "" ? [] : readdirSync(folder)).map((name) => [
    `${version} ${name}`,
    join(folder, name),
  ]);
});

describe.skipIf(fixtures === "")(
  "changing stores that anndata wrote (skipped without ../shared/data)",
  () => {
    let folder: string;
    let path: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "flashdeconv-test-"));
      path = join(folder, "copy.zarr");
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it.each(stores)("%s", async (name, original) => {
      cpSync(original, path, { recursive: true });
      const before = filesOf(path);
      const input = await openStore(path);
      const { spotCount, counts, spotNames } = await openSpatial(input);
      const counted = await collect(counts);
      const values = Float64Array.from({ length: 2 * spotCount }, (_, i) => i / 2);
      const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width: 2, values };
      const obsm = { result: { values: memorySource(table), columnNames: ["B", "eL2/3"] } };
      const codes = new Int32Array(spotCount).fill(-1, 1);
      const obs = [{ kind: "categorical" as const, name: "result_dominant", codes, categories: ["B"] }];

      const hasOldEncoding = name.startsWith("0.7");
      const all = { spotNames: spotNames(), obs, obsm, uns: { result: { lambda: 0.5 } } };
      if (hasOldEncoding) {
        await expect(addToAnnData(await editStore(path), all)).rejects.toThrow(/new store/);
        expect(filesOf(path)).toEqual(before);
      }
      const edits = hasOldEncoding ? { spotNames: spotNames(), obsm, uns: all.uns } : all;
      await addToAnnData(await editStore(path), edits);

      const changed = await openStore(path);
      const { rowNames, columns } = await readDataframe(changed, "obsm/result");
      expect(rowNames.length).toBe(spotCount);
      expect(columns.get("eL2_3")).toEqual({ kind: "number", values: values.filter((_, i) => i % 2 === 1) });
      if (!hasOldEncoding) {
        expect(await readColumn(changed, "obs/result_dominant")).toMatchObject({ codes, categories: ["B"] });
      }
      expect(await collect((await openSpatial(changed)).counts)).toEqual(counted);
      const after = filesOf(path);
      const metadata = ["obs/.zattrs", "obs/zarr.json", "zarr.json", ".zmetadata"];
      for (const [file, content] of Object.entries(before)) {
        if (!metadata.includes(file)) expect(after[file], file).toBe(content);
      }
    });
  },
);
