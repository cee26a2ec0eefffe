import { collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { type AnnDataContents, type UnsObject, type UnsValue, writeAnnData } from "@flashdeconv/io-zarr";
import { type ByteGrid, readResultContents } from "@flashdeconv/io-zarr/internal";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { refused } from "./read-refused.js";

const ELEMENTS = ["obsm/k", "uns/k_params", "uns/k_more", "obs/k_dominant", "obs/k_counts"];

const table = (
  values: Float64Array | Float32Array,
): { values: ReturnType<typeof memorySource<DenseChunk>> } => ({
  values: memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount: 2, width: 2, values }),
});

function resultOf(more: UnsValue = {}): AnnDataContents {
  return {
    attributes: { flashdeconv: "result" },
    spotCount: 2,
    spotNames: ["a", "b"],
    geneNames: [],
    obs: [
      { kind: "number", name: "mine", values: Int32Array.of(1, 2) },
      { kind: "categorical", name: "k_dominant", codes: Int8Array.of(1, -1), categories: ["T/NK", "B"] },
      { kind: "number", name: "k_counts", values: Float32Array.of(0.1, 7), label: "x" },
    ],
    obsm: {
      k: { ...table(Float32Array.of(0.1, 0.9, 0.5, Number.NaN)), columnNames: ["T/NK", "B"] },
      other: table(Float64Array.of(1, 2, 3, 4)),
      spatial: table(Float64Array.of(0.1, 0.2, 1e300, 4)),
    },
    uns: { k_params: { elements_written: ELEMENTS }, k_more: more, foreign: "left out" },
  };
}

async function storeOf(more?: UnsValue) {
  const store = memoryStore();
  await writeAnnData(store, resultOf(more));
  return store;
}

const read = async (more?: UnsValue) => readResultContents(await storeOf(more), { key: "k" });

describe("a result of a key", () => {
  it("is refused where a chunk of its shares was lost, which reads as zeros", async () => {
    const store = await storeOf();
    const shares = async () => {
      const { obsm = {} } = await readResultContents(store, { key: "k" });
      return (await collect(obsm.k.values)).values;
    };
    expect(await shares()).toEqual(Float32Array.of(0.1, 0.9, 0.5, Number.NaN));
    expect(await store.get("/obsm/k/B/0")).toBeDefined();
    await store.delete("/obsm/k/B/0");
    await expect(shares()).rejects.toThrow("obsm/k: found shares of spot 1 that add up to 10 %");
  });

  it("has its elements, in their types, and nothing of others", async () => {
    const more: UnsObject = {
      text: "",
      whole: 2n ** 60n,
      number: 3,
      yes: true,
      no: false,
      texts: ["", "细胞"],
      none: [],
      doubles: Float64Array.of(0.1, Number.NaN),
      floats: Float32Array.of(0.1),
      integers: Int32Array.of(-1),
      rows: [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)],
      inner: { deeper: { text: "x" }, empty: {} },
      ["__proto__"]: "own",
    };
    const { obs, obsm = {}, uns, spotCount, spotNames } = await read(more);
    expect(uns).toEqual({ k_params: { elements_written: ELEMENTS }, k_more: more });
    expect(obs).toEqual([
      {
        kind: "categorical",
        name: "k_dominant",
        codes: Int32Array.of(1, -1),
        categories: ["T/NK", "B"],
        ordered: false,
      },
      { kind: "number", name: "k_counts", label: "x", values: Float32Array.of(0.1, 7) },
    ]);
    expect(spotCount).toBe(2);
    const names: number[] = [];
    for await (const { count } of spotNames as AsyncIterable<{ count: number }>) names.push(count);
    expect(names).toEqual([2]);
    expect(Object.keys(obsm).sort()).toEqual(["k", "spatial"]);
    expect(obsm.k).toMatchObject({ columnNames: ["T/NK", "B"], storedNames: ["T_NK", "B"] });
    expect((await collect(obsm.k.values)).values).toEqual(Float32Array.of(0.1, 0.9, 0.5, Number.NaN));
    expect((await collect(obsm.spatial.values)).values).toEqual(Float64Array.of(0.1, 0.2, 1e300, 4));
  });

  it.each([2, 3] as const)(
    "has grids of bytes, which are read when they are asked for (Zarr v%i)",
    async (zarrFormat) => {
      const shape = [3, 700, 530] as const;
      const bytes = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => (i * 7919) >> 5);
      const grid: ByteGrid = {
        shape,
        tile: [256, 512],
        async *strips() {
          // In any order; the same memory each time.
          const own = new Uint8Array(512 * 530);
          for (const plane of [2, 0, 1]) {
            for (const [rowStart, rowCount] of [
              [512, 188],
              [0, 512],
            ]) {
              const from = (plane * 700 + rowStart) * 530;
              own.set(bytes.subarray(from, from + rowCount * 530));
              yield { plane, rowStart, rowCount, bytes: own.subarray(0, rowCount * 530) };
            }
          }
        },
      };
      const store = memoryStore();
      await writeAnnData(store, resultOf({ grid }), { zarrFormat });
      const chunk = zarrFormat === 2 ? "2.1.1" : "c/2/1/1";
      expect(await store.get(`/uns/k_more/grid/${chunk}`)).toBeDefined();
      const { uns = {} } = await readResultContents(store, { key: "k" });
      const found = (uns.k_more as UnsObject).grid as ByteGrid;
      expect({ shape: found.shape, tile: found.tile }).toEqual({ shape, tile: [256, 512] });
      for (let pass = 0; pass < 2; pass++) {
        const read = new Uint8Array(bytes.length);
        for await (const { plane, rowStart, rowCount, bytes: own } of found.strips()) {
          expect(own.length).toBe(rowCount * 530);
          read.set(own, (plane * 700 + rowStart) * 530);
        }
        expect(Buffer.compare(read, bytes)).toBe(0);
      }
      const small = readResultContents(Object.assign(store, { mostBytes: 400_000 }), { key: "k" });
      await refused(small, { tag: "FormatError", subject: "uns/k_more/grid", found: "memory" });
    },
  );

  it("is refused where an element is lost, or of an encoding or type that is not written, by its path", async () => {
    const change = async (
      path: string,
      edit: (document: Record<string, unknown>) => void,
      more?: UnsValue,
    ) => {
      const store = await storeOf(more);
      await store.delete("/.zmetadata");
      const key = `/${path}` as const;
      const document = JSON.parse(Buffer.from((await store.get(key)) ?? []).toString());
      edit(document);
      await store.set(key, new TextEncoder().encode(JSON.stringify(document)));
      return readResultContents(store, { key: "k" });
    };
    const text = { one: "text" };
    const newer = (document: Record<string, unknown>) => Object.assign(document, { "encoding-type": "null" });
    for (const path of ["uns/k_more/one", "uns/k_more", "obs/k_dominant", "obs/k_counts", "obsm/k"]) {
      await refused(change(`${path}/.zattrs`, newer, text), {
        tag: "FormatError",
        subject: path,
        found: '"null"',
      });
    }
    const record = (paths: string[]) => ({ ...resultOf(), uns: { k_params: { elements_written: paths } } });
    for (const path of ["obs/k_status", "obsm/k_fit", "uns/k_notices"]) {
      const store = memoryStore();
      await writeAnnData(store, record(["obsm/k", path]));
      await refused(readResultContents(store, { key: "k" }), {
        tag: "FormatError",
        subject: path,
        found: "nothing",
      });
    }
    await refused(readResultContents(await storeOf(), { key: "other" }), {
      tag: "FormatError",
      subject: "obsm/other",
      found: "no result",
    });
  });

  it("is bounded: depth, number and memory", async () => {
    let deep: UnsObject = {};
    for (let depth = 0; depth < 20; depth++) deep = { deep };
    const subject = `uns/k_more${"/deep".repeat(16)}`;
    await refused(read(deep), { tag: "FormatError", subject, found: "16 deep" });
    const arrays = (names: string) =>
      Object.fromEntries([...names].map((name) => [name, new Float64Array(1000)]));
    // A chunk may take a quarter; that all of them do not is seen at the last.
    const bounded = async (names: string) =>
      readResultContents(Object.assign(await storeOf(arrays(names)), { mostBytes: 36_000 }), { key: "k" });
    expect((await bounded("abcd")).spotCount).toBe(2);
    await refused(bounded("abcde"), { tag: "FormatError", subject: "uns/k_more/e", found: "memory" });
  });
});
