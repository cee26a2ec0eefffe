import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { type AnnDataContents, type Column, readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { tinyParquet } from "../../../packages/io-zarr/test/tiny-parquet.js";
import { writeSection } from "./small-stores.js";

/** Spots 0 .. 99 of the small section are about the shapes "left", the others about "right". */
export const SPLIT = 100;

/** Region and instance of each spot; instances count down, so that no join by position goes well. */
export function withRegions(contents: AnnDataContents): AnnDataContents {
  const { spotCount } = contents;
  const codes = Int8Array.from({ length: spotCount }, (_, spot) => (spot < SPLIT ? 0 : 1));
  const instances = Int32Array.from({ length: spotCount }, (_, spot) => 1000 - spot);
  const obs: Column[] = [
    { kind: "categorical", name: "region", codes, categories: ["left", "right"] },
    { kind: "number", name: "location_id", values: instances },
  ];
  return { ...contents, obs };
}

/**
 * The small section as a SpatialData container: two regions of which both begin at the origin, so that their spots lie among each
 * other in the plane; no coordinates but those of the shapes.
 *
 * @returns the coordinates of the section, x and y of each spot
 */
export async function writeContainer(path: string, zarrFormat: 2 | 3): Promise<Float64Array> {
  const table = join(path, "tables", "square_008um");
  await mkdir(join(path, "tables"), { recursive: true });
  await mkdir(join(path, "shapes"), { recursive: true });
  let coordinates = new Float64Array(0);
  await writeSection(table, {
    zarrFormat,
    contents: ({ obsm: { spatial: _, ...obsm } = {}, ...rest }) => withRegions({ ...rest, obsm }),
  });
  const plain = join(path, ".plain.zarr");
  await writeSection(plain);
  coordinates = Float64Array.from(
    (await collect((await readObsm(await openStore(plain), "spatial")).values)).values,
  );
  const annotation = {
    "spatialdata-encoding-type": "ngff:regions_table",
    region: ["left", "right"],
    region_key: "region",
    instance_key: "location_id",
    version: zarrFormat === 2 ? "0.1" : "0.2",
  };
  const container = { spatialdata_attrs: { version: annotation.version, spatialdata_software_version: "0" } };
  const file = join(table, zarrFormat === 2 ? ".zattrs" : "zarr.json");
  const document = JSON.parse(await readFile(file, "utf8"));
  const own = zarrFormat === 2 ? document : document.attributes;
  Object.assign(own, annotation);
  await writeFile(file, JSON.stringify(document));
  await writeGroup(path, zarrFormat, container);
  await writeGroup(join(path, "tables"), zarrFormat, {});
  await writeGroup(join(path, "shapes"), zarrFormat, {});
  for (const [name, from, to] of [
    ["left", 0, SPLIT],
    ["right", SPLIT, coordinates.length / 2],
  ] as const) {
    await mkdir(join(path, "shapes", name));
    await writeGroup(join(path, "shapes", name), zarrFormat, { axes: ["x", "y"] });
    const spots = Array.from({ length: to - from }, (_, i) => from + i);
    const parquet = tinyParquet({
      keys: spots.map((spot) => 1000 - spot),
      geometries: spots.map((spot) => ({
        kind: "point",
        at: [
          coordinates[2 * spot] - coordinates[2 * from],
          coordinates[2 * spot + 1] - coordinates[2 * from + 1],
        ],
      })),
    });
    await writeFile(join(path, "shapes", name, "shapes.parquet"), parquet);
  }
  return coordinates;
}

async function writeGroup(path: string, zarrFormat: 2 | 3, attributes: object): Promise<void> {
  if (zarrFormat === 3) {
    const document = { zarr_format: 3, node_type: "group", attributes };
    return writeFile(join(path, "zarr.json"), JSON.stringify(document));
  }
  await writeFile(join(path, ".zgroup"), JSON.stringify({ zarr_format: 2 }));
  await writeFile(join(path, ".zattrs"), JSON.stringify(attributes));
}
