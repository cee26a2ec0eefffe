import { type DenseChunk, FormatError, memorySource, OptionError, ShapeError } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import { beforeEach, describe, expect, it } from "vitest";
import { type AnnDataContents, addToAnnData, readObsm, writeAnnData } from "../src/index.js";
import { readBack, readDict } from "./write-read-back.js";
import { consolidatedAndPlain, type MemoryStore, readDocument, snapshot } from "./write-store-tools.js";

const spotNames = ["a", "b", "c"];
const table = (width: number, offset = 0) => {
  const values = Float64Array.from({ length: 3 * width }, (_, i) => offset + i);
  return memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount: 3, width, values });
};
const before: AnnDataContents = {
  spotCount: 3,
  spotNames,
  geneNames: ["g"],
  obs: [
    { kind: "number", name: "depth", values: Float64Array.of(1, 2, 3) },
    { kind: "categorical", name: "best", codes: Int32Array.of(0, 0, 1), categories: ["x", "y"] },
  ],
  obsm: { kept: { values: table(2) }, result: { values: table(3), columnNames: ["T", "B", "eL2/3"] } },
  uns: { kept: "as it was", result: { old: 1, both: 2 } },
};

describe.each([2, 3] as const)("addToAnnData (v%i)", (zarrFormat) => {
  let store: MemoryStore;
  beforeEach(async () => {
    store = memoryStore();
    await writeAnnData(store, before, { zarrFormat });
  });

  it("adds and replaces elements, and leaves the rest", async () => {
    await addToAnnData(store, {
      spotNames,
      obs: [
        { kind: "string", name: "best", values: ["p", "q", "r"] },
        { kind: "number", name: "share/T", values: Float32Array.of(0.5, 0, 1) },
      ],
      obsm: { result: { values: table(2, 10), columnNames: ["B", "NK/T"] }, more: { values: table(1) } },
      uns: { result: { both: 3 }, fresh: true },
    });

    expect(await readBack(store, "obs")).toEqual({
      index: spotNames,
      order: ["depth", "best", "share_T"],
      columns: { depth: [1, 2, 3], best: ["p", "q", "r"], share_T: [0.5, 0, 1] },
    });
    expect(await readBack(store, "obsm/result")).toEqual({
      index: spotNames,
      order: ["B", "NK_T"],
      columns: { B: [10, 12, 14], NK_T: [11, 13, 15] },
    });
    expect((await readObsm(store, "result")).columnNames).toEqual(["B", "NK/T"]);
    expect(await readDict(store, "obsm", ["kept", "more"])).toEqual({
      kept: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      more: [[0], [1], [2]],
    });
    expect(await readDict(store, "uns", ["kept", "fresh", "result/both"])).toEqual({
      kept: "as it was",
      fresh: true,
      "result/both": 3,
    });
    expect(
      store.keys().filter((key) => /best\/codes|obsm\/result\/(T|eL2)|uns\/result\/old/.test(key)),
    ).toEqual([]);
  });

  it("touches no other key than those of the elements, the list of columns and the consolidated metadata", async () => {
    const earlier = await snapshot(store);
    await addToAnnData(store, { obs: [{ kind: "number", name: "n", values: Int32Array.of(1, 2, 3) }] });
    const later = await snapshot(store);
    const changed = Object.keys({ ...earlier, ...later }).filter((key) => earlier[key] !== later[key]);
    const outside = changed.filter((key) => !key.startsWith("/obs/n/"));
    expect(outside.sort()).toEqual(
      zarrFormat === 2 ? ["/.zmetadata", "/obs/.zattrs"] : ["/obs/zarr.json", "/zarr.json"],
    );
    expect(changed.length).toBeGreaterThan(outside.length);
  });

  it("keeps consolidated metadata equal to the documents, in new and changed stores", async () => {
    const written = await consolidatedAndPlain(store, zarrFormat);
    expect(written.consolidated).toEqual(written.plain);
    await addToAnnData(store, {
      spotNames,
      obs: [{ kind: "string", name: "best", values: spotNames }],
      obsm: { result: { values: table(1), columnNames: ["a/b/c"] } },
      uns: { result: 7 },
    });
    const changed = await consolidatedAndPlain(store, zarrFormat);
    expect(changed.consolidated).toEqual(changed.plain);
    expect(Object.keys(changed.plain).length).toBeGreaterThan(10);
  });

  it("makes no consolidated metadata where there is none", async () => {
    if (zarrFormat === 2) await store.delete("/.zmetadata");
    else {
      const { consolidated_metadata: _, ...root } = await readDocument(store, "/zarr.json");
      await store.set("/zarr.json", new TextEncoder().encode(JSON.stringify(root)));
    }
    await store.commit();
    await addToAnnData(store, { uns: { fresh: 1 } });
    expect(await readBack(store, "uns/fresh")).toBe(1);
    if (zarrFormat === 2) expect(await store.get("/.zmetadata")).toBeUndefined();
    else expect(await readDocument(store, "/zarr.json")).not.toHaveProperty("consolidated_metadata");
  });

  it("keeps columns that consolidated metadata has not heard of, and lists them", async () => {
    const stale = zarrFormat === 2 ? "/.zmetadata" : "/zarr.json";
    const consolidated = (await store.get(stale)) ?? new Uint8Array();
    await addToAnnData(store, { obs: [{ kind: "string", name: "unheard", values: spotNames }] });
    await store.set(stale, consolidated);
    await store.commit();
    await addToAnnData(store, { obs: [{ kind: "string", name: "new", values: spotNames }] });
    expect(await readBack(store, "obs")).toMatchObject({ order: ["depth", "best", "unheard", "new"] });
    const { consolidated: refreshed, plain } = await consolidatedAndPlain(store, zarrFormat);
    expect(refreshed).toEqual(plain);
  });

  it("makes missing groups", async () => {
    await store.delete("/uns");
    await store.commit();
    await addToAnnData(store, { uns: { fresh: 1 } });
    expect(await readBack(store, "uns")).toEqual({
      attributes: { "encoding-type": "dict", "encoding-version": "0.1.0" },
    });
  });

  it("keeps numbers of other attributes to the letter", async () => {
    const key = zarrFormat === 2 ? "/obs/.zattrs" : "/obs/zarr.json";
    const text = new TextDecoder().decode(await store.get(key));
    const odd = text.replace(
      /"_index": "_index"/,
      '"_index": "_index", "odd": [1.0, NaN, -Infinity, 1e-05, 9007199254740993]',
    );
    expect(odd).not.toBe(text);
    await store.set(key, new TextEncoder().encode(odd));
    await store.commit();
    await addToAnnData(store, { obs: [{ kind: "string", name: "s", values: spotNames }] });
    const kept = new TextDecoder().decode(await store.get(key)).replace(/\s+/g, "");
    expect(kept).toContain('"odd":[1.0,NaN,-Infinity,1e-05,9007199254740993]');
  });

  it.each([
    [
      "a column of another length",
      { obs: [{ kind: "number", name: "n", values: Float64Array.of(1) }] },
      ShapeError,
      /obs\/n.*1 item.*expected 3/,
    ],
    [
      "names of another length",
      { spotNames: ["a"], obsm: { t: { values: table(1), columnNames: ["x"] } } },
      ShapeError,
      /1 item.*expected 3/,
    ],
    [
      "a dataframe without names",
      { obsm: { t: { values: table(1), columnNames: ["x"] } } },
      OptionError,
      /spotNames/,
    ],
    [
      "a column twice",
      { obs: [1, 2].map(() => ({ kind: "string", name: "x", values: spotNames }) as const) },
      FormatError,
      /"x".*twice/,
    ],
    [
      "a name that is not text",
      { obs: [{ kind: "string", name: "\ud800", values: spotNames }] },
      FormatError,
      /not Unicode/,
    ],
  ] as const)("refuses %s and leaves the store as it was", async (_, edits, kind, message) => {
    const earlier = await snapshot(store);
    const adding = addToAnnData(store, edits);
    await expect(adding).rejects.toThrow(kind);
    await expect(adding).rejects.toThrow(message);
    expect(await snapshot(store)).toEqual(earlier);
  });

  it("refuses columns for a dataframe of an old encoding, but adds tables", async () => {
    const key = zarrFormat === 2 ? "/obs/.zattrs" : "/obs/zarr.json";
    const text = new TextDecoder().decode(await store.get(key));
    await store.set(key, new TextEncoder().encode(text.replace('"0.2.0"', '"0.1.0"')));
    if (zarrFormat === 2) await store.delete("/.zmetadata");
    await store.commit();
    if (zarrFormat === 3) return; // The old encoding is from before Zarr v3.
    await expect(
      addToAnnData(store, { obs: [{ kind: "string", name: "s", values: spotNames }] }),
    ).rejects.toThrow(/old encoding.*new store/s);
    await addToAnnData(store, { obsm: { fresh: { values: table(1) } } });
    expect(await readBack(store, "obsm/fresh")).toEqual([[0], [1], [2]]);
  });
});

it("throws the signal's reason as it is and forgets the changes", async () => {
  const store = memoryStore();
  await writeAnnData(store, before);
  const earlier = await snapshot(store);
  const controller = new AbortController();
  const reason = new Error("stop");
  const edits = { obsm: { fresh: { values: table(1) } } };
  const onProgress = () => controller.abort(reason);
  await expect(addToAnnData(store, edits, { signal: controller.signal, onProgress })).rejects.toBe(reason);
  await expect(addToAnnData(store, edits, { signal: controller.signal })).rejects.toBe(reason);
  expect(await snapshot(store)).toEqual(earlier);
});
