import { readdirSync } from "node:fs";
import { type CsrChunk, collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import {
  inspectStore,
  openReference,
  openSpatial,
  readColumn,
  readDataframe,
  readObsm,
} from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.js";
import { openParquet } from "../src/read/spatialdata/parquet-file.js";

const fixtures = sharedData("zarr-fixtures");
const real = sharedData("real");
const versions = fixtures ? readdirSync(fixtures).filter((name) => name.startsWith("anndata-0.")) : [];

/** Runs `use` on a fixture's store and closes it, whatever happens. */
async function withStore<T>(
  path: string,
  use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const store = await openStore(path);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const counts = (path: string, layer?: string): Promise<CsrChunk> =>
  withStore(path, async (store) => collect((await openSpatial(store, { layer })).counts));

describe.skipIf(!fixtures)(
  "stores of other software (skipped where ../shared/data/zarr-fixtures is absent)",
  () => {
    it.each(versions)("%s: CSR, CSC and dense hold the same", async (version) => {
      const names = readdirSync(`${fixtures}/${version}`);
      expect(names.length).toBeGreaterThanOrEqual(3);
      const dense = await counts(`${fixtures}/${version}/anndata-dense.zarr`);
      expect([dense.spotCount, dense.width, dense.values.length]).toEqual([3, 15, 42]);
      for (const name of names) {
        await withStore(`${fixtures}/${version}/${name}`, async (store) => {
          const dataset = await openSpatial(store);
          expect(dataset.outputHint.zarrFormat).toBe(version === "anndata-0.12" ? 3 : 2);
          expect(await collect(dataset.counts)).toEqual(dense);
          await checkSource(dataset.counts);
          expect(dataset.geneNames.slice(0, 2)).toEqual(["gene_0", "gene_1"]);
          expect(await dataset.readSpotName(0)).toBe("CTG");
          expect(await readColumn(store, "obs/leiden")).toMatchObject({
            kind: "categorical",
            ordered: false,
          });
          const { matrix } = await openSpatial(store, { layer: "int64" });
          expect(matrix).toMatchObject({ path: "layers/int64", encoding: "dense", dataType: "int64" });
          const umap = await readObsm(store, "X_umap");
          expect((await collect(umap.values)).values).toHaveLength(6);
          await checkSource(umap.values);
        });
      }
    });

    it("anndataR: zstd, F order, nullable columns, in a folder of a zip with junk", async () => {
      const path = `${fixtures}/anndataR_example.zarr.zip`;
      const dense = await counts(path, "dense_counts");
      for (const layer of ["counts", "csc_counts"]) {
        const sparse = await counts(path, layer);
        expect([...sparse.indices]).toEqual([...dense.indices]);
        expect([...sparse.values]).toEqual([...dense.values]);
        expect(sparse.values).toBeInstanceOf(Float64Array);
      }
      await withStore(path, async (store) => {
        const integers = await readColumn(store, "obs/IntNA");
        const booleans = await readColumn(store, "obs/BoolNA");
        expect(integers.kind).toBe("number");
        expect(Array.from((integers as { values: Float64Array }).values).some(Number.isNaN)).toBe(true);
        expect(booleans.kind).toBe("boolean");
        expect((booleans as { values: Int8Array }).values).toContain(-1);
        // This writer counted the codes of its categories from 1, which shows only in the last of them.
        await expect(openReference(store, { cellTypeKey: "leiden" })).rejects.toMatchObject({
          tag: "FormatError",
          path: "obs/leiden/codes",
          found: "the code 6 with 6 categories",
        });
        const summary = await inspectStore(store);
        expect(summary.matrices.map(({ path }) => path)).toContain("layers/csc_counts");
        expect(summary.obsm.map(({ key }) => key)).toEqual(["X_pca", "X_umap"]);
      });
    });

    it.each(["anndata_v0.7.0", "anndata_v0.7.8"])(
      "%s: legacy categoricals, raw, sparse layers",
      async (name) => {
        await withStore(`${fixtures}/${name}.zarr.zip`, async (store) => {
          for (const layer of [undefined, "raw", "sparse", "array"]) {
            const dataset = await openSpatial(store, { layer });
            await checkSource(dataset.counts);
            expect(dataset.geneNames).toHaveLength(layer === "raw" ? 40 : 20);
          }
          const { rowNames, columns } = await readDataframe(store, "obs");
          expect(rowNames.slice(0, 2)).toEqual(["cell0", "cell1"]);
          expect([...columns.keys()]).toEqual(["obs_cat", "cat_ordered", "int64", "float64", "uint8"]);
          expect(columns.get("cat_ordered")).toMatchObject({ kind: "categorical", ordered: true });
          expect(columns.get("obs_cat")).toMatchObject({ kind: "categorical", ordered: false });
          const { cellTypes, cellCount } = await openReference(store, { cellTypeKey: "obs_cat" });
          expect(cellTypes.codes).toHaveLength(cellCount);
        });
      },
    );

    it("a store without X says so", async () => {
      await expect(counts(`${fixtures}/anndata_v0.11.4.zarr.zip`)).rejects.toMatchObject({
        tag: "FormatError",
        path: "X",
      });
    });

    it.each([
      [".anndata.zarr", "obs/_index"],
      ["emptymeta.h5ad.zarr", ".zmetadata"],
      ["invalidmeta.adata.zarr", ".zmetadata"],
    ])("broken-metadata/%s is refused, naming %s", async (name, path) => {
      await expect(counts(`${fixtures}/broken-metadata/${name}`)).rejects.toMatchObject({
        tag: "FormatError",
        path,
      });
    });

    it.each(["spatialdata-0.3", "spatialdata-0.7"])(
      "%s: the container lists its tables, one opens by name",
      async (name) => {
        const container = `${fixtures}/${name}/blobs.sdata.zarr`;
        await expect(counts(container)).rejects.toMatchObject({
          tag: "OptionError",
          option: "table",
          rule: expect.stringContaining("table, table_points"),
        });
        await withStore(container, async (store) => {
          const dataset = await openSpatial(store, { table: "table" });
          const table = await collect(dataset.counts);
          expect([table.spotCount, table.width]).toEqual([26, 3]);
          expect(table).toEqual(await counts(`${container}/tables/table`));
          expect(dataset.tablePath).toBe("tables/table");
          const summary = await inspectStore(store, { table: "table" });
          expect(summary).toMatchObject({ consolidated: true, rowCount: 26, coordinates: undefined });
          expect(summary.table).toEqual({
            name: "table",
            path: "tables/table",
            tableNames: ["table", "table_points"],
            version: name === "spatialdata-0.3" ? "0.1" : "0.2",
            annotation: { regions: ["blobs_labels"], regionKey: "region", instanceKey: "instance_id" },
          });
          await expect(dataset.readCoordinates()).rejects.toMatchObject({
            tag: "CoordinateError",
            found: expect.stringContaining("blobs_labels is an image of labels"),
          });
        });
      },
    );

    it.each(["spatialdata-0.3", "spatialdata-0.7"])("%s: Parquet of other software is read", async (name) => {
      await withStore(`${fixtures}/${name}/blobs.sdata.zarr`, async (store) => {
        const file = await openParquet(store, "points/blobs_points/points.parquet/part.0.parquet");
        const rows = Number(file?.metadata.num_rows);
        let read = 0;
        for await (const group of file?.rowGroups(["x", "y"]) ?? []) {
          expect(Array.from(group.get("x") ?? [], Number).every(Number.isFinite)).toBe(true);
          read += group.get("y")?.length ?? 0;
        }
        expect([rows > 0, read]).toEqual([true, rows]);
      });
    });
  },
);

describe.skipIf(!real)("real data (skipped where ../shared/data/real is absent)", () => {
  it.each(real ? readdirSync(real) : [])("%s opens and has coordinates", async (name) => {
    const reference = await openReference(await openStore(`${real}/${name}/reference.zarr`));
    expect(reference.cellTypes.names.length).toBeGreaterThan(2);
    const dataset = await openSpatial(await openStore(`${real}/${name}/spatial.zarr`));
    const { dimension, values } = await dataset.readCoordinates();
    expect(values).toHaveLength(dimension * dataset.spotCount);
    expect((await collect(dataset.counts)).spotCount).toBe(dataset.spotCount);
  });

  it("starmap-cortex has its truth in obsm and the names of types in uns", async () => {
    const store = await openStore(`${real}/starmap-cortex/spatial.zarr`);
    const { values, columnNames } = await readObsm(store, "truth");
    const types = await readColumn(store, "uns/truth_cell_types");
    expect(types).toMatchObject({ kind: "string", values: { length: 12 } });
    expect([values.spotCount, values.width, columnNames]).toEqual([581, 12, undefined]);
    const truth = await collect(values);
    for (let spot = 0; spot < 581; spot++) {
      let sum = 0;
      for (let type = 0; type < 12; type++) sum += truth.values[12 * spot + type];
      expect(sum).toBeCloseTo(1, 6);
    }
  });
});
