import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { otherViewers } from "../src/terminal/other-viewers.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { SMALL_TYPES, smallStores } from "./small-stores.js";

const stores = smallStores();

/** What of Vitessce's configurations is used here, as its documents describe it. */
const text = { type: "string" };
const closed = (properties: object, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const fileOf = (fileType: string, options: object) =>
  closed({
    fileType: { const: fileType },
    url: { type: "string", pattern: "^https?://" },
    coordinationValues: { type: "object", additionalProperties: text },
    options,
  });
const FILES = {
  anyOf: [
    fileOf(
      "anndata.zarr",
      closed({
        obsSpots: closed({ path: text, dims: { type: "array", items: { type: "number" } } }),
        obsSets: { type: "array", items: closed({ name: text, path: text }) },
      }),
    ),
    fileOf(
      "obsFeatureColumns.anndata.zarr",
      closed({ obsFeatureColumns: { type: "array", items: closed({ path: text }) } }),
    ),
  ],
};
const position = { type: "integer", minimum: 0, maximum: 12 };
const VITESSCE = closed({
  version: { const: "1.0.17" },
  name: text,
  description: text,
  datasets: {
    type: "array",
    items: closed({ uid: text, name: text, files: { type: "array", items: FILES } }),
  },
  initStrategy: { enum: ["none", "auto"] },
  coordinationSpace: { type: "object", additionalProperties: { type: "object" } },
  layout: {
    type: "array",
    items: closed({
      component: { enum: ["spatialBeta", "layerControllerBeta", "obsSets", "featureList"] },
      coordinationScopes: { type: "object", additionalProperties: text },
      ...{ x: position, y: position, w: position, h: position },
    }),
  },
});

it("writes a configuration for Vitessce that names what is there, and replaces its own alone", async () => {
  const folder = await temporaryFolder();
  const result = join(folder, "my result.zarr");
  await runCli(["run", stores.spatial, "--reference", stores.reference, "--out", result, "--quiet"]);
  const file = join(folder, "view.json");
  const write = (...args: string[]) => runCli(["view", result, "--vitessce", file, ...args]);
  const { code, stdout } = await write();
  expect(code).toBe(0);
  const config = JSON.parse(await readFile(file, "utf8"));
  const validate = new Ajv2020().compile(VITESSCE);
  expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
  const [spots, amounts] = config.datasets[0].files;
  expect([spots.url, amounts.url]).toEqual(Array(2).fill("http://127.0.0.1:8000/my%20result.zarr"));
  const paths = amounts.options.obsFeatureColumns.map(({ path }: { path: string }) => path);
  expect(paths).toEqual(SMALL_TYPES.map((name) => `obsm/flashdeconv/${name}`));
  for (const path of [...paths, spots.options.obsSpots.path]) {
    expect(await readFile(join(result, path, ".zarray"), "utf8")).toContain("shape");
  }
  // Scopes that views name are there.
  for (const { coordinationScopes } of config.layout) {
    for (const [type, scope] of Object.entries(coordinationScopes)) {
      expect(config.coordinationSpace[type]).toHaveProperty(scope as string);
    }
  }
  expect(stdout).toContain(".invert_yaxis()");
  expect((await write("--quiet")).code).toBe(0);
  await writeFile(file, "{}");
  expect((await write()).code).toBe(2);
  expect(await readFile(file, "utf8")).toBe("{}");
  for (const unused of [["--port", "80"], ["--for", "1m"], ["--no-open"]]) {
    const { code, stderr } = await write(...unused);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`option ${unused[0]}: `)]);
  }
  expect((await runCli(["view", result, "--vitessce", join(folder, "view.txt")])).stderr).toContain(".json");
});

it("tells how scanpy shows a result, and napari one in SpatialData", () => {
  const place = { path: "a b/s.zarr", key: "k", tablePath: "", isH5ad: false, spatial: "obsm/spatial" };
  expect(otherViewers(place)).toEqual([
    "With scanpy:",
    "  import anndata, scanpy",
    '  scanpy.pl.embedding(anndata.read_zarr("a b/s.zarr"), "spatial", color="k_dominant", show=False).invert_yaxis()',
  ]);
  expect(otherViewers({ ...place, isH5ad: true })[2]).toContain('anndata.read_h5ad("a b/s.zarr")');
  const inTable = otherViewers({ ...place, tablePath: "tables/t", spatial: undefined });
  expect(inTable).toEqual([
    "With napari:",
    "  import napari_spatialdata, spatialdata",
    '  napari_spatialdata.Interactive(spatialdata.read_zarr("a b/s.zarr")).run()',
  ]);
});
