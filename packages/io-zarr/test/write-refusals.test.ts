import { type DenseChunk, FormatError, memorySource, OptionError, ShapeError } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { type AnnDataContents, writeAnnData } from "../src/index.js";
import { WRITE_DEFAULTS } from "../src/internal.js";
import { resolveWriteOptions } from "../src/write/write-options.js";

const valid: AnnDataContents = { spotCount: 2, spotNames: ["a", "b"], geneNames: [] };
const table = (spotCount: number, width: number) => {
  const values = new Float64Array(spotCount * width);
  return memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values });
};
const csr = (spotCount: number, width: number) =>
  memorySource({
    kind: "csr",
    spotStart: 0,
    spotCount,
    width,
    indptr: new Int32Array(spotCount + 1),
    indices: new Int32Array(0),
    values: new Float32Array(0),
  });
const string = (name: string) => ({ kind: "string", name, values: ["x", "y"] }) as const;
const categorical = (codes: number[]) =>
  ({ kind: "categorical", name: "c", codes: Int32Array.from(codes), categories: ["x"] }) as const;

describe("writeAnnData refuses", () => {
  it.each([
    ["too few spot names", { spotNames: ["a"] }, ShapeError, /spotNames: found 1 item, expected 2/],
    ["a matrix with other spots", { X: csr(3, 0) }, ShapeError, /X: found 3 items, expected 2/],
    ["a matrix with other genes", { X: csr(2, 1) }, ShapeError, /geneNames: found 0 items, expected 1/],
    ["a table with other spots", { obsm: { t: { values: table(3, 1) } } }, ShapeError, /obsm\/t: found 3/],
    [
      "too few column names",
      { obsm: { t: { values: table(2, 2), columnNames: ["x"] } } },
      ShapeError,
      /column names.*found 1/,
    ],
    ["a code past the categories", { obs: [categorical([0, 1])] }, ShapeError, /code 1 at spot 1.*to 0/],
    ["a code below -1", { obs: [categorical([-2, 0])] }, ShapeError, /code -2 at spot 0/],
    [
      "a boolean of 2",
      { obs: [{ kind: "boolean", name: "b", values: Uint8Array.of(1, 2) }] },
      ShapeError,
      /value 2 at spot 1/,
    ],
    [
      "the same column twice",
      { obs: [string("s"), string("s")] },
      FormatError,
      /"s": found a name that comes twice/,
    ],
    ["a column name that is not text", { obs: [string("a\udc00")] }, FormatError, /"a\\udc00".*not Unicode/],
    [
      "text that is not text",
      { obs: [{ kind: "string", name: "s", values: ["x", "\ud83d"] }] },
      FormatError,
      /not Unicode/,
    ],
    [
      "a column name of a table twice",
      { obsm: { t: { values: table(2, 2), columnNames: ["T/NK", "T/NK"] } } },
      FormatError,
      /"T\/NK".*twice/,
    ],
    [
      "an obsm key with a slash",
      { obsm: { "a/b": { values: table(2, 1) } } },
      FormatError,
      /without a slash/,
    ],
    [
      "rows that are not a matrix",
      { uns: { a: { m: [Float64Array.of(1, 2), Float64Array.of(3)] } } },
      ShapeError,
      /uns\/a\/m: found 1 number in row 1, expected 2/,
    ],
    [
      "a nested uns key with a slash",
      { uns: { a: { "b/c": 1 } } },
      FormatError,
      /uns\/a: found the name "b\/c"/,
    ],
  ] as const)("%s, and writes nothing", async (_, change, kind, message) => {
    const store = memoryStore();
    const writing = writeAnnData(store, { ...valid, ...change });
    await expect(writing).rejects.toThrow(kind);
    await expect(writing).rejects.toThrow(message);
    expect(store.keys()).toEqual([]);
    expect(await store.get("/.zgroup")).toBeUndefined();
  });

  it("streams of names that end early or late", async () => {
    for (const count of [1, 3]) {
      const chunk = { start: 0, count, offsets: new Int32Array(count + 1), bytes: new Uint8Array(0) };
      const store = memoryStore();
      const spotNames = (async function* () {
        yield chunk;
      })();
      await expect(writeAnnData(store, { ...valid, spotNames })).rejects.toThrow(
        `found ${count} item${count === 1 ? "" : "s"}, expected 2`,
      );
      expect(await store.get("/.zgroup")).toBeUndefined();
    }
  });

  it("sources whose values change their type", async () => {
    const chunks = async function* () {
      yield { kind: "dense" as const, spotStart: 0, spotCount: 1, width: 1, values: Float32Array.of(1) };
      yield { kind: "dense" as const, spotStart: 1, spotCount: 1, width: 1, values: Float64Array.of(1) };
    };
    const obsm = { t: { values: { spotCount: 2, width: 1, chunks } } };
    await expect(writeAnnData(memoryStore(), { ...valid, obsm })).rejects.toThrow(
      /float64 values after float32/,
    );
  });

  it("aborted signals, with their own reason", async () => {
    const reason = new Error("stop");
    const store = memoryStore();
    await expect(writeAnnData(store, valid, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(store.keys()).toEqual([]);
    const controller = new AbortController();
    const obsm = { t: { values: table(2, 1) } };
    const onProgress = () => controller.abort(reason);
    await expect(
      writeAnnData(store, { ...valid, obsm }, { signal: controller.signal, onProgress }),
    ).rejects.toBe(reason);
    expect(store.keys()).toEqual([]);
    expect(await store.get("/.zgroup")).toBeUndefined();
  });
});

describe("resolveWriteOptions", () => {
  it("fills in the defaults", () => {
    expect(resolveWriteOptions()).toEqual(WRITE_DEFAULTS);
    expect(resolveWriteOptions({ zarrFormat: 3, spotsPerChunk: 5 })).toMatchObject({
      zarrFormat: 3,
      spotsPerChunk: 5,
    });
  });

  it("takes what is not said from the hint of a section", () => {
    const like = { zarrFormat: 3, compressor: "none" } as const;
    expect(resolveWriteOptions({ like })).toMatchObject(like);
    expect(resolveWriteOptions({ like, zarrFormat: 2, compressor: "gzip" })).toEqual(WRITE_DEFAULTS);
  });

  it.each([
    ["zarrFormat", 4],
    ["spotsPerChunk", 0],
    ["spotsPerChunk", 1.5],
    ["valuesPerChunk", Number.NaN],
    ["valuesPerChunk", 2 ** 30],
    ["compressor", "blosc"],
    ["compressor", "toString"],
  ])("refuses %s %s", (option, value) => {
    const resolve = () => resolveWriteOptions({ [option]: value });
    expect(resolve).toThrow(OptionError);
    expect(resolve).toThrow(`option ${option}`);
  });
});
