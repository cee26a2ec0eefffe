import type { NameChunk } from "@flashdeconv/core";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnnDataContents, readObsm, writeAnnData } from "../src/index.js";
import { safeNames } from "../src/internal.js";
import {
  column,
  columnNames,
  csrMatrix,
  denseMatrix,
  encodeNames,
  expectedColumn,
  names,
} from "./write-contents.js";
import { readBack, readDict } from "./write-read-back.js";

const contents = fc
  .record({ spotCount: fc.nat(7), width: fc.nat(4), columns: columnNames, tableColumns: columnNames })
  .chain(({ spotCount, width, columns, tableColumns }) =>
    fc.record({
      spotCount: fc.constant(spotCount),
      spotNames: names(spotCount),
      geneNames: names(width),
      matrix: fc.option(csrMatrix(spotCount, width), { nil: undefined }),
      obs: fc.tuple(...columns.map((name) => column(name, spotCount))),
      tableColumns: fc.constant(tableColumns),
      table: denseMatrix(spotCount, tableColumns.length),
      array: denseMatrix(spotCount, 2),
    }),
  );
const layout = fc.record({
  zarrFormat: fc.constantFrom(2 as const, 3 as const),
  compressor: fc.constantFrom("gzip" as const, "none" as const),
  spotsPerChunk: fc.constantFrom(1, 2, 3, 100),
  valuesPerChunk: fc.constantFrom(1, 4, 100),
});
const sourceChunks = fc.constantFrom(1, 3, 100);

describe("writeAnnData", () => {
  it("writes what can be read back, for any contents, layout and chunking of the sources", async () => {
    await fc.assert(
      fc.asyncProperty(contents, layout, sourceChunks, async (written, options, spotsPerChunk) => {
        const store = memoryStore();
        const { spotCount, spotNames, geneNames, matrix, obs, tableColumns } = written;
        const source = (chunk: DenseChunk) => memorySource(chunk, { spotsPerChunk });
        await writeAnnData(
          store,
          {
            spotCount,
            spotNames: nameStream(spotNames, spotsPerChunk),
            geneNames,
            X: matrix && memorySource(matrix, { spotsPerChunk }),
            obs,
            obsm: {
              table: { values: source(written.table), columnNames: tableColumns },
              array: { values: source(written.array) },
            },
          },
          options,
        );

        expect(await readBack(store, "obs")).toEqual({
          index: spotNames,
          order: stored(obs.map((item) => item.name)),
          columns: Object.fromEntries(
            stored(obs.map((item) => item.name)).map((name, i) => [name, expectedColumn(obs[i])]),
          ),
        });
        expect(await readBack(store, "var")).toEqual({ index: geneNames, order: [], columns: {} });
        expect(await readBack(store, "obsm/array")).toEqual(rowsOf(written.array));
        expect(await readBack(store, "obsm/table")).toEqual({
          index: spotNames,
          order: stored(tableColumns),
          columns: Object.fromEntries(
            stored(tableColumns).map((name, k) => [name, rowsOf(written.table).map((row) => row[k])]),
          ),
        });
        expect((await readObsm(store, "table")).columnNames).toEqual(tableColumns);
        if (matrix) {
          expect(await readBack(store, "X")).toEqual({
            shape: [spotCount, geneNames.length],
            data: Array.from(matrix.values),
            indices: Array.from(matrix.indices),
            indptr: Array.from(matrix.indptr),
          });
        } else expect(store.keys().filter((key) => key.startsWith("/X"))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([2, 3] as const)("keeps the types of annotation (v%i)", async (zarrFormat) => {
    const store = memoryStore();
    const uns = {
      whole: 5000,
      count: 5000n,
      fraction: 0.5,
      missing: Number.NaN,
      far: -Infinity,
      text: "λ",
      empty: "",
      flag: true,
      none: null,
      left: undefined,
      list: ["b", "a"],
      nothing: [],
      doubles: Float64Array.of(1.5),
      integers: Int32Array.of(-7),
      matrix: [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)],
      nested: { deep: { value: 1 } },
    };
    await writeAnnData(store, { ...small, uns }, { zarrFormat });
    const { none, left, nested, doubles, integers, matrix, count, ...rest } = uns;
    const read = await readDict(store, "uns", [
      ...Object.keys(rest),
      "count",
      "doubles",
      "integers",
      "matrix",
    ]);
    const rows = matrix.map((row) => [...row]);
    expect(read).toEqual({ ...rest, count: Number(count), doubles: [1.5], integers: [-7], matrix: rows });
    expect(await readBack(store, "uns/nested/deep/value")).toBe(nested.deep.value);
    expect([none, left]).toEqual([null, undefined]);
    expect(store.keys().filter((key) => /none|left/.test(key))).toEqual([]);
    const types = Object.fromEntries(
      ["whole", "count", "fraction", "flag", "integers"].map((name) => [
        name,
        dataTypeAt(store, `uns/${name}`),
      ]),
    );
    expect(await resolveAll(types)).toEqual(
      zarrFormat === 2
        ? { whole: "<f8", count: "<i8", fraction: "<f8", flag: "|b1", integers: "<i4" }
        : { whole: "float64", count: "int64", fraction: "float64", flag: "bool", integers: "int32" },
    );
  });

  it("splits arrays into chunks of the asked size, and gives a short array a chunk of its length", async () => {
    const store = memoryStore();
    const values = Float64Array.of(1, 2, 3);
    const obs = [{ kind: "number" as const, name: "n", values }];
    await writeAnnData(store, { ...small, obs }, { spotsPerChunk: 2, compressor: "none" });
    expect((await document(store, "/obs/n/.zarray")).chunks).toEqual([2]);
    expect(store.keys().filter((key) => key.startsWith("/obs/n/"))).toEqual([
      "/obs/n/0",
      "/obs/n/1",
      "/obs/n/.zarray",
      "/obs/n/.zattrs",
    ]);
    // The last chunk is filled up with zeros.
    expect(await store.get("/obs/n/1")).toEqual(new Uint8Array(Float64Array.of(3, 0).buffer));
    await writeAnnData(store, { ...small, obs }, { spotsPerChunk: 100 });
    expect((await document(store, "/obs/n/.zarray")).chunks).toEqual([3]);
  });

  it("stores codes in the smallest type that holds the categories", async () => {
    for (const [count, expected] of [
      [127, "|i1"],
      [128, "<i2"],
      [32768, "<i4"],
    ] as const) {
      const store = memoryStore();
      const categories = Array.from({ length: count }, (_, i) => `type ${i}`);
      const codes = Int32Array.of(0, -1, count - 1);
      await writeAnnData(store, { ...small, obs: [{ kind: "categorical", name: "c", codes, categories }] });
      expect(await dataTypeAt(store, "obs/c/codes")).toBe(expected);
      expect(await readBack(store, "obs/c/codes")).toEqual([0, -1, count - 1]);
    }
  });

  it("tells progress over all streamed tables", async () => {
    const seen: [number, number][] = [];
    const dense: DenseChunk = {
      kind: "dense",
      spotStart: 0,
      spotCount: 3,
      width: 1,
      values: Float64Array.of(1, 2, 3),
    };
    const values = () => memorySource(dense, { spotsPerChunk: 2 });
    await writeAnnData(
      memoryStore(),
      { ...small, obsm: { a: { values: values() }, b: { values: values(), columnNames: ["x"] } } },
      { onProgress: ({ spotsDone, spotCount }) => seen.push([spotsDone, spotCount]) },
    );
    // Tables are written side by side: which one is ahead is not told.
    const done = seen.map(([spotsDone]) => spotsDone);
    expect(seen.every(([, spotCount]) => spotCount === 6)).toBe(true);
    expect(done).toHaveLength(4);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(6);
  });
});

const small: AnnDataContents = { spotCount: 3, spotNames: ["a", "b", "c"], geneNames: [] };

/** What the names of columns become; that they are safe is tried with safe-names. */
function stored(names: readonly string[]): string[] {
  return safeNames(names, { mostBytes: 240 });
}

async function* nameStream(all: readonly string[], perChunk: number): AsyncIterable<NameChunk> {
  for (let start = 0; start < all.length; start += perChunk) {
    yield encodeNames(all.slice(start, start + perChunk), start);
  }
}

function rowsOf({ values, spotCount, width }: DenseChunk): number[][] {
  return Array.from({ length: spotCount }, (_, row) =>
    Array.from(values.slice(row * width, (row + 1) * width)),
  );
}

async function document(store: ReturnType<typeof memoryStore>, key: `/${string}`) {
  return JSON.parse(new TextDecoder().decode(await store.get(key))) as Record<string, unknown>;
}

async function dataTypeAt(store: ReturnType<typeof memoryStore>, path: string): Promise<unknown> {
  if (await store.get(`/${path}/.zarray`)) return (await document(store, `/${path}/.zarray`)).dtype;
  return (await document(store, `/${path}/zarr.json`)).data_type;
}

async function resolveAll(promises: Record<string, Promise<unknown>>): Promise<Record<string, unknown>> {
  const entries = Object.entries(promises).map(async ([name, value]) => [name, await value] as const);
  return Object.fromEntries(await Promise.all(entries));
}
