import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore, openStore } from "@flashdeconv/io-zarr/node";
import type { SimulatedTissue } from "@flashdeconv/simulate";
import { afterAll, beforeAll } from "vitest";

/** A simulated section in a store on disk, as long as the tests of a file run. Chunks are small, so that threads share many. */
export function storedTissue(tissue: SimulatedTissue) {
  let folder = "";
  const path = () => join(folder, "section.zarr");
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-tissue-"));
    const { counts: X, spotCount, geneNames } = tissue;
    const obsm = { spatial: { values: tissue.coordinates } };
    const contents = { X, spotCount, spotNames: tissue.spotNames(), geneNames, obsm };
    await writeAnnData(await createStore(path()), contents, { valuesPerChunk: 20_000 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    section: async () => ({ ...(await openSpatial(await openStore(path()))), location: { store: path() } }),
  };
}
