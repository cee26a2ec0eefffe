import { readFileSync } from "node:fs";
import { join } from "node:path";
import { collect, memorySource } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.js";
import { openSpatial, readColumn, readDataframe, readObsm, writeAnnData } from "../src/index.js";
import { openStore } from "../src/node.js";
import { consolidatedAndPlain, type MemoryStore } from "./write-store-tools.js";

const fixture = sharedData("zarr-fixtures/anndata-0.12/anndata-csr.adata.zarr");
const golden = sharedData("golden/spatial.zarr");
const reference = sharedData("golden/reference.zarr");

/** A store with the elements of a stored one that the tests below compare, in as many rows and columns. */
async function lookalike(
  zarrFormat: 2 | 3,
  spots: number,
  genes: number,
  column: string,
): Promise<MemoryStore> {
  const store = memoryStore();
  const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
  const X = memorySource({
    kind: "csr",
    spotStart: 0,
    spotCount: spots,
    width: genes,
    indptr: new Int32Array(spots + 1),
    indices: new Int32Array(0),
    values: new Float32Array(0),
  });
  const codes = new Int32Array(spots);
  const categories = ["a", "b"];
  await writeAnnData(
    store,
    {
      spotCount: spots,
      spotNames: names(spots),
      geneNames: names(genes),
      X,
      obs: [{ kind: "categorical", name: column, codes, categories }],
    },
    { zarrFormat },
  );
  return store;
}

/** A document without what may differ: sizes, and the compressor. */
function shapeless(document: unknown): unknown {
  const text = JSON.stringify(document, (key, value) => {
    if (["shape", "chunks", "chunk_shape", "compressor"].includes(key)) return undefined;
    if (key === "codecs") return value.slice(0, 1);
    // An array of single bytes may state an order all the same.
    return key === "configuration" && value.endian ? undefined : value;
  });
  return JSON.parse(text);
}

describe.skipIf(!fixture)("Zarr v3 metadata (skipped without ../shared/data/zarr-fixtures)", () => {
  it("is what anndata 0.12 writes, but for sizes and compressor", async () => {
    const store = await lookalike(3, 3, 15, "leiden");
    const { plain, consolidated } = await consolidatedAndPlain(store, 3);
    expect(consolidated).toEqual(plain);
    const theirs = (path: string) => JSON.parse(readFileSync(join(fixture ?? "", path), "utf8")) as unknown;
    const paths = [
      "X",
      "X/data",
      "X/indices",
      "X/indptr",
      "obs",
      "obs/_index",
      "obs/leiden",
      "obs/leiden/codes",
    ];
    for (const path of [...paths, "obs/leiden/categories", "obsm", "uns", "var", "var/_index", "varp"]) {
      expect(shapeless(plain[`${path}/zarr.json`]), path).toEqual(shapeless(theirs(`${path}/zarr.json`)));
    }
    const root = JSON.parse(new TextDecoder().decode(await store.get("/zarr.json")));
    const { consolidated_metadata, ...rest } = root;
    const { consolidated_metadata: their, ...theirRest } = theirs("zarr.json") as typeof root;
    expect(rest).toEqual(theirRest);
    expect({ ...consolidated_metadata, metadata: {} }).toEqual({ ...their, metadata: {} });
    expect(shapeless(consolidated_metadata.metadata["obs/leiden"])).toEqual(
      shapeless(their.metadata["obs/leiden"]),
    );
  });
});

describe.skipIf(!reference)("Zarr v2 metadata (skipped without ../shared/data/golden)", () => {
  it("is what anndata 0.8 writes, but for sizes and compressor", async () => {
    const store = await lookalike(2, 560, 1450, "cell_type");
    const { plain, consolidated } = await consolidatedAndPlain(store, 2);
    expect(consolidated).toEqual(plain);
    expect(Object.keys(plain).length).toBeGreaterThan(20);
    for (const [key, document] of Object.entries(plain)) {
      const theirs = JSON.parse(readFileSync(join(reference ?? "", key), "utf8")) as unknown;
      expect(shapeless(document), key).toEqual(shapeless(theirs));
    }
  });
});

describe.skipIf(!golden)("writing what was read (skipped without ../shared/data/golden)", () => {
  it.each([2, 3] as const)("gives the same data again (v%i)", async (zarrFormat) => {
    const input = await openStore(golden ?? "");
    const spatial = await openSpatial(input);
    const coordinates = await spatial.readCoordinates();
    const store = memoryStore();
    const { spotCount, geneNames } = spatial;
    const table = {
      kind: "dense" as const,
      spotStart: 0,
      spotCount,
      width: coordinates.dimension,
      values: coordinates.values.slice(),
    };
    await writeAnnData(
      store,
      {
        spotCount,
        spotNames: spatial.spotNames(),
        geneNames,
        X: spatial.counts,
        obs: [
          {
            kind: "categorical",
            name: "half",
            codes: new Int8Array(spotCount).fill(-1, 450),
            categories: ["é/b"],
          },
        ],
        obsm: {
          spatial: { values: memorySource(table) },
          frame: { values: memorySource(table), columnNames: ["eL2/3", "B"] },
        },
      },
      { zarrFormat, spotsPerChunk: 101, valuesPerChunk: 100_003 },
    );

    const copy = await openSpatial(store);
    expect(copy.outputHint.zarrFormat).toBe(zarrFormat);
    expect(copy.geneNames).toEqual(geneNames);
    expect(await copy.readCoordinates()).toEqual(coordinates);
    expect(await collect(copy.counts)).toEqual(await collect(spatial.counts));
    for (const spot of [0, 100, 101, spotCount - 1]) {
      expect(await copy.readSpotName(spot)).toBe(await spatial.readSpotName(spot));
    }
    expect(await readColumn(store, "obs/half")).toEqual({
      kind: "categorical",
      ordered: false,
      categories: ["é/b"],
      codes: new Int32Array(spotCount).fill(-1, 450),
    });
    const { rowNames, columns } = await readDataframe(store, "obsm/frame");
    expect(rowNames.length).toBe(spotCount);
    expect([...columns.keys()]).toEqual(["eL2_3", "B"]);
    expect((await readObsm(store, "frame")).columnNames).toEqual(["eL2/3", "B"]);
    expect(columns.get("B")).toEqual({
      kind: "number",
      values: coordinates.values.filter((_, i) => i % 2 === 1),
    });
    await input.close();
  });
});
