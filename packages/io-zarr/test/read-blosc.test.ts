import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, FormatError } from "@flashdeconv/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goldenPath } from "../../../test/golden-data.js";
import { openSpatial } from "../src/index.js";
import { openStore } from "../src/node.js";

describe("Blosc chunks that are cut short", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-blosc-"));
    await cp(goldenPath("spatial.zarr"), join(folder, "section.zarr"), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(["X/data/2", "X/indices/1", "X/indptr/0", "obsm/spatial/0.0"])(
    "%s is named, however much is left",
    async (key) => {
      const path = join(folder, "section.zarr");
      const whole = await readFile(join(path, key));
      for (const length of [0, 7, 16, 100, whole.length - 1]) {
        await writeFile(join(path, key), whole.subarray(0, length));
        const read = async () => {
          const section = await openSpatial(await openStore(path));
          await section.readCoordinates();
          await collect(section.counts);
        };
        const error = await read().catch((thrown) => thrown);
        expect(error).toBeInstanceOf(FormatError);
        expect(error.found).toMatch(`chunk ${key} with ${length} bytes that cannot be decoded`);
        expect(error.message).toMatch(/truncated or corrupt/);
        expect(error.message.startsWith(`${path}: ${key.slice(0, key.lastIndexOf("/"))}: found`)).toBe(true);
      }
      await writeFile(join(path, key), whole);
      expect((await collect((await openSpatial(await openStore(path))).counts)).spotCount).toBe(900);
    },
  );
});
