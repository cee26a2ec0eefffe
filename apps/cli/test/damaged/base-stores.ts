import { gzipSync } from "node:zlib";
import { collect } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { tinyAnnData } from "../../../../packages/io-zarr/test/read-tiny-anndata.js";
import type { TinyZarr } from "../../../../packages/io-zarr/test/read-tiny-zarr.js";
import { shardArray } from "../../../../packages/io-zarr/test/shard-encoder.js";
import { tinySpatialData } from "../../../../packages/io-zarr/test/tiny-spatialdata.js";

/** Files of a store by their key, without a leading slash. */
export type Files = Map<string, Uint8Array>;

const SPOT_COUNT = 36;
const tissue = simulateTissue({
  spotCount: SPOT_COUNT,
  geneCount: 20,
  typeCount: 3,
  depth: 150,
  cellsPerType: 5,
});
/** Counts of the section, spots x genes `gene-0`, `gene-1`, ... */
export const spots = await denseRows(tissue.counts);
export const cells = await denseRows(tissue.reference.counts);
export const coordinates = Array.from({ length: SPOT_COUNT }, (_, i) => [i % 6, Math.floor(i / 6)]);
export const labels = [...tissue.reference.cellTypes.codes].map(
  (code) => tissue.reference.cellTypes.names[code],
);

/** What can be damaged: sections as AnnData and as SpatialData, in both formats, plain, packed and in shards; and references. */
export const SECTIONS: Readonly<Record<string, () => Files>> = {
  "v2 csr": () => section(2, "csr").files,
  "v2 csc, gzip, consolidated": () => consolidated(packed(section(2, "csc"))),
  "v2 dense": () => section(2, "dense").files,
  "v3 csr, gzip": () => packed(section(3, "csr")).files,
  "v3 csc": () => section(3, "csc").files,
  "v3 dense, gzip": () => packed(section(3, "dense")).files,
  "v3 csr, shards": () => sharded(packed(section(3, "csr")), [4]),
  "v3 dense, shards": () => sharded(section(3, "dense"), [2, 2]),
  "SpatialData 0.1": () => container(2).files,
  "SpatialData 0.2": () => container(3).files,
};

export const REFERENCES: Readonly<Record<string, () => Files>> = {
  "v2 cells, csr": () => reference(2).files,
  "v3 cells, csr, gzip": () => packed(reference(3)).files,
};

function section(format: 2 | 3, encoding: "csr" | "csc" | "dense"): TinyZarr {
  return tinyAnnData(spots, { format, encoding, chunkLength: encoding === "dense" ? 9 : 50, coordinates });
}

function reference(format: 2 | 3): TinyZarr {
  return tinyAnnData(cells, { format, chunkLength: 60, labels });
}

function container(format: 2 | 3): TinyZarr {
  const rows = coordinates.map((_, i) => [i < 18 ? "left" : "right", 100 - i] as const);
  const shapesOf = (from: number, to: number) => ({
    version: format === 2 ? ("0.1" as const) : ("0.2" as const),
    keys: rows.slice(from, to).map(([, key]) => key),
    geometries: coordinates
      .slice(from, to)
      .map(([x, y]) => ({ kind: "point" as const, at: [x, y] as [number, number] })),
  });
  return tinySpatialData({
    format,
    tables: { table: { rows, counts: spots } },
    shapes: { left: shapesOf(0, 18), right: shapesOf(18, 36) },
  });
}

async function denseRows(source: Parameters<typeof collect>[0]): Promise<number[][]> {
  const chunk = await collect(source);
  if (chunk.kind !== "csr") throw new Error("simulated counts are sparse");
  const { spotCount, indptr, indices, values } = chunk;
  return Array.from({ length: spotCount }, (_, row) => {
    const items = new Array<number>(source.width).fill(0);
    for (let at = indptr[row]; at < indptr[row + 1]; at++) items[indices[at]] = values[at];
    return items;
  });
}

/** Packs the chunks of all arrays of numbers by gzip. */
function packed(zarr: TinyZarr): TinyZarr {
  for (const [key, bytes] of [...zarr.files]) {
    const path = key.slice(0, key.lastIndexOf("/"));
    const metadata = parse(bytes);
    if (key.endsWith("/.zarray") && metadata.filters === null) {
      metadata.compressor = { id: "gzip", level: 1 };
    } else if (
      key.endsWith("/zarr.json") &&
      metadata.node_type === "array" &&
      metadata.data_type !== "string"
    ) {
      metadata.codecs.push({ name: "gzip", configuration: { level: 1 } });
    } else continue;
    zarr.json(key, metadata);
    for (const [chunk, raw] of [...zarr.files]) {
      const name = chunk.slice(path.length + 1);
      if (chunk.startsWith(`${path}/`) && /^(c\/)?\d[\d./]*$/.test(name)) {
        zarr.files.set(chunk, new Uint8Array(gzipSync(raw, { level: 1 })));
      }
    }
  }
  return zarr;
}

function sharded(zarr: TinyZarr, factors: readonly number[]): Files {
  const paths = zarr.files.has("X/data/zarr.json") ? ["X/data", "X/indices"] : ["X"];
  for (const path of paths) shardArray(zarr.files, path, factors);
  return zarr.files;
}

function consolidated(zarr: TinyZarr): Files {
  const metadata: Record<string, unknown> = {};
  for (const [key, bytes] of zarr.files) if (/\.z\w+$/.test(key)) metadata[key] = parse(bytes);
  zarr.json(".zmetadata", { zarr_consolidated_format: 1, metadata });
  return zarr.files;
}

function parse(bytes: Uint8Array) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
