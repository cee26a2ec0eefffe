import { type ChunkSource, type CsrChunk, collect, type Notice } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { openSpatial } from "@flashdeconv/io-zarr";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Rows, tinyAnnData, writeMatrix, writeSparse } from "./read-tiny-anndata.js";
import type { TinyType } from "./read-tiny-zarr.js";

const ENCODINGS = ["csr", "csc", "dense"] as const;
const FORMATS = [2, 3] as const;

const matrices: fc.Arbitrary<number[][]> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }))
  .chain(([rows, columns]) => {
    const count = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 100 }));
    const row = fc.array(count, { minLength: columns, maxLength: columns });
    return fc.array(row, { minLength: rows, maxLength: rows });
  });

const EXAMPLE: Rows = [
  [0, 3, 0, 1],
  [0, 0, 0, 0],
  [5, 0, 0, 2],
  [1, 1, 1, 1],
  [0, 0, 7, 0],
];

describe("rows of a matrix", () => {
  it("are the same whatever the encoding, the Zarr version, the chunks and the limits", async () => {
    await fc.assert(
      fc.asyncProperty(
        matrices,
        fc.constantFrom(...ENCODINGS),
        fc.constantFrom(...FORMATS),
        fc.constantFrom(1, 7, undefined),
        fc.constantFrom(1, 20, 200, undefined),
        async (rows, encoding, format, chunkLength, bytes) => {
          const zarr = tinyAnnData(rows, { format, encoding, chunkLength });
          const { counts } = await openSpatial(zarr, { maxChunkBytes: bytes, maxTransposeBytes: bytes });
          expect(await toRows(counts)).toEqual(rows);
        },
      ),
      { numRuns: 150 },
    );
  });

  for (const encoding of ENCODINGS) {
    it(`keep the source contract (${encoding})`, async () => {
      for (const chunkLength of [1, 3, undefined]) {
        for (const bytes of [1, 40, undefined]) {
          const zarr = tinyAnnData(EXAMPLE, { encoding, chunkLength });
          const { counts } = await openSpatial(zarr, { maxChunkBytes: bytes, maxTransposeBytes: bytes });
          await checkSource(counts);
        }
      }
    });

    const types: TinyType[] = [
      "uint8",
      "int16",
      "uint16",
      "int32",
      "uint32",
      "int64",
      "uint64",
      "float16",
      "float32",
    ];
    it(`are Float32 for ${types.join(", ")} and Float64 for float64 (${encoding})`, async () => {
      for (const dataType of [...types, "float64" as const]) {
        const zarr = tinyAnnData(EXAMPLE, { encoding, dataType, chunkLength: 3 });
        const { counts, matrix } = await openSpatial(zarr);
        expect(matrix.dataType).toBe(dataType);
        const { values } = await collect(counts);
        expect(values.constructor).toBe(dataType === "float64" ? Float64Array : Float32Array);
        expect(await toRows(counts)).toEqual(EXAMPLE);
      }
    });
  }

  it("are found with indices of any whole-number type", async () => {
    const types: TinyType[] = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"];
    for (const indexType of types) {
      for (const encoding of ["csr", "csc"] as const) {
        const { counts } = await openSpatial(tinyAnnData(EXAMPLE, { encoding, indexType, chunkLength: 2 }));
        expect(await toRows(counts)).toEqual(EXAMPLE);
      }
    }
  });

  it("keep float64 values that no float32 holds", async () => {
    const rows = [[0.1, 0, 2 ** 30 + 1]];
    for (const encoding of ENCODINGS) {
      const { counts } = await openSpatial(tinyAnnData(rows, { encoding, dataType: "float64" }));
      expect(await toRows(counts)).toEqual(rows);
    }
  });

  it("come from dense chunks in F order too", async () => {
    for (const format of FORMATS) {
      const zarr = tinyAnnData(EXAMPLE, { format });
      zarr.group("layers");
      zarr.array("layers/turned", {
        type: "float32",
        shape: [5, 4],
        chunks: [2, 3],
        values: EXAMPLE.flat(),
        order: "F",
      });
      const { counts } = await openSpatial(zarr, { layer: "turned" });
      expect(await toRows(counts)).toEqual(EXAMPLE);
    }
  });

  it("come from a layer or from raw, whose genes are its own", async () => {
    const zarr = tinyAnnData(EXAMPLE);
    writeMatrix(
      zarr,
      "layers/counts",
      EXAMPLE.map((row) => row.map((count) => 2 * count)),
      {},
    );
    zarr.group("raw", { "encoding-type": "raw", "encoding-version": "0.1.0" });
    writeMatrix(zarr, "raw/X", [[1], [2], [3], [4], [5]], {});
    zarr.group("raw/var", {
      "encoding-type": "dataframe",
      "encoding-version": "0.2.0",
      _index: "name",
      "column-order": [],
    });
    zarr.array("raw/var/name", { type: "string", shape: [1], values: ["only"] });

    const layer = await openSpatial(zarr, { layer: "counts" });
    expect(layer.matrix.path).toBe("layers/counts");
    expect((await toRows(layer.counts))[0]).toEqual([0, 6, 0, 2]);
    const raw = await openSpatial(zarr, { layer: "raw" });
    expect(raw.geneNames).toEqual(["only"]);
    expect(await toRows(raw.counts)).toEqual([[1], [2], [3], [4], [5]]);
  });
});

describe("rows that break the order of columns", () => {
  const unsorted = { data: [1, 2, 4, 8, 16, 32], indices: [2, 0, 2, 1, 1, 0], indptr: [0, 3, 3, 6] };

  it("are sorted, repeated columns added up, and each is told once a pass", async () => {
    for (const chunkLength of [1, 2, undefined]) {
      const zarr = tinyAnnData([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]);
      writeSparse(zarr, "X", "csr_matrix", [3, 3], { ...unsorted, chunkLength });
      const notices: Notice[] = [];
      const { counts } = await openSpatial(zarr, { onNotice: (notice) => notices.push(notice) });
      expect(await toRows(counts)).toEqual([
        [2, 0, 5],
        [0, 0, 0],
        [32, 24, 0],
      ]);
      expect(notices.map(({ code }) => code)).toEqual(["unsorted-indices", "repeated-indices"]);
      expect(notices[0].message).toContain("X");
      await checkSource(counts);
    }
  });

  it("are told to the pass's own listener where it has one", async () => {
    const zarr = tinyAnnData([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    writeSparse(zarr, "X", "csr_matrix", [3, 3], unsorted);
    const [atOpening, inPass]: Notice[][] = [[], []];
    const { counts } = await openSpatial(zarr, { onNotice: (notice) => atOpening.push(notice) });
    await collect(counts, { onNotice: (notice) => inPass.push(notice) });
    expect(atOpening).toEqual([]);
    expect(inPass).toHaveLength(2);
  });

  it("are repaired in columns too", async () => {
    const zarr = tinyAnnData([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    writeSparse(zarr, "X", "csc_matrix", [3, 2], {
      data: [1, 2, 4, 8],
      indices: [2, 0, 2, 1],
      indptr: [0, 3, 4],
    });
    const notices: Notice[] = [];
    const { counts } = await openSpatial(zarr, { onNotice: (notice) => notices.push(notice) });
    expect(await toRows(counts)).toEqual([
      [2, 0],
      [0, 8],
      [5, 0],
    ]);
    expect(notices.map(({ code }) => code)).toEqual(["repeated-indices"]);
  });

  it("keep stored zeros", async () => {
    const zarr = tinyAnnData([[0, 0]]);
    writeSparse(zarr, "X", "csr_matrix", [1, 2], { data: [0, 3], indices: [0, 1], indptr: [0, 2] });
    const { indices, values } = await collect((await openSpatial(zarr)).counts);
    expect([...indices]).toEqual([0, 1]);
    expect([...values]).toEqual([0, 3]);
  });
});

async function toRows(source: ChunkSource<CsrChunk>): Promise<number[][]> {
  const { indptr, indices, values, spotCount, width } = await collect(source);
  return Array.from({ length: spotCount }, (_, row) => {
    const line = new Array<number>(width).fill(0);
    for (let i = indptr[row]; i < indptr[row + 1]; i++) line[indices[i]] += values[i];
    return line;
  });
}
