import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { openSpatial, type UnsObject, writeAnnData } from "../src/index.js";

/** Micrometres per unit of a section with such images. */
async function scaleOf(
  images: Readonly<Record<string, UnsObject>>,
  { key = "spatial", spatialKey }: { key?: string; spatialKey?: string } = {},
): Promise<number | undefined> {
  const store = memoryStore();
  const values = Float64Array.of(0, 0, 100, 0);
  const place: DenseChunk = { kind: "dense", spotStart: 0, spotCount: 2, width: 2, values };
  await writeAnnData(store, {
    spotCount: 2,
    spotNames: ["a", "b"],
    geneNames: ["g"],
    X: memorySource({
      kind: "csr",
      spotStart: 0,
      spotCount: 2,
      width: 1,
      indptr: Int32Array.of(0, 1, 1),
      indices: Int32Array.of(0),
      values: Float32Array.of(3),
    }),
    obsm: { [key]: { values: memorySource(place) } },
    uns: {
      spatial: Object.fromEntries(
        Object.entries(images).map(([name, scalefactors]) => [name, { scalefactors }]),
      ),
    },
  });
  return (await openSpatial(store, { spatialKey })).micrometersPerUnit();
}

describe("micrometres per unit", () => {
  it("come from the size of a pixel, else from the diameter of a spot", async () => {
    expect(await scaleOf({ a: { spot_diameter_fullres: 130 } })).toBe(0.5);
    expect(await scaleOf({ a: { spot_diameter_fullres: 130n } })).toBe(0.5);
    expect(await scaleOf({ a: { spot_diameter_fullres: 7, microns_per_pixel: 0.27 } })).toBe(0.27);
    expect(await scaleOf({ a: { microns_per_pixel: 0.27 }, b: { microns_per_pixel: 0.2701 } })).toBe(0.27);
    expect(await scaleOf({ a: { microns_per_pixel: 0.27 } }, { spatialKey: "spatial" })).toBe(0.27);
  });

  it("are not known where images differ, say nothing, or the coordinates are none of theirs", async () => {
    expect(await scaleOf({ a: { microns_per_pixel: 0.27 }, b: { microns_per_pixel: 0.5 } })).toBeUndefined();
    expect(await scaleOf({ a: { microns_per_pixel: 0.27 }, b: { tissue_hires_scalef: 1 } })).toBeUndefined();
    expect(await scaleOf({})).toBeUndefined();
    expect(await scaleOf({ a: { spot_diameter_fullres: 0 } })).toBeUndefined();
    expect(await scaleOf({ a: { spot_diameter_fullres: "wide" } })).toBeUndefined();
    const umap = { key: "umap", spatialKey: "umap" };
    expect(await scaleOf({ a: { microns_per_pixel: 0.27 } }, umap)).toBeUndefined();
    // Where it is wrong is told when coordinates are read.
    expect(await scaleOf({ a: { microns_per_pixel: 0.27 } }, { spatialKey: "other" })).toBeUndefined();
  });
});
