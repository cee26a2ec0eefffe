import { setTimeout as wait } from "node:timers/promises";
import { memorySource, StoreError } from "@flashdeconv/core";
import { memoryStore, type StagedStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { writeAnnData } from "../src/index.js";

const spotCount = 4000;
const width = 6;
const table = () => ({
  values: memorySource({
    kind: "dense",
    spotStart: 0,
    spotCount,
    width,
    values: Float32Array.from({ length: spotCount * width }, (_, i) => i % 97),
  }),
  columnNames: Array.from({ length: width }, (_, k) => `column ${k}`),
});
const contents = () => ({
  spotCount,
  spotNames: Array.from({ length: spotCount }, (_, i) => `spot ${i}`),
  geneNames: [],
  obsm: { table: table() },
});
const isChunk = (key: string) => /table\/column \d\/\d+$/.test(key);

/** A store that takes its time, and of which one chunk cannot be written; counts what is under way. */
function slowStore(failsAt: (key: string) => boolean) {
  const store = memoryStore();
  const seen = { underWay: 0, most: 0, atDiscard: -1, afterDiscard: 0 };
  const slow: StagedStore = {
    ...store,
    async set(key, bytes) {
      if (seen.atDiscard >= 0) seen.afterDiscard++;
      seen.most = Math.max(seen.most, ++seen.underWay);
      await wait(isChunk(key) ? 3 : 0);
      seen.underWay--;
      if (failsAt(key)) {
        throw new StoreError({ path: key, found: "no room", expected: "some", remedy: "Make some." });
      }
      return store.set(key, bytes);
    },
    async discard() {
      seen.atDiscard = seen.underWay;
      return store.discard();
    },
  };
  return { slow, seen };
}

describe("chunks that are written beside what comes next", () => {
  it("are all there at the commit", async () => {
    const { slow, seen } = slowStore(() => false);
    await writeAnnData(slow, contents(), { spotsPerChunk: 500 });
    expect(seen).toMatchObject({ underWay: 0, atDiscard: -1 });
    // Several were under way at a time.
    expect(seen.most).toBeGreaterThan(width);
    const keys = (slow as ReturnType<typeof memoryStore>).keys();
    expect(keys.filter(isChunk).length).toBe(width * (spotCount / 500));
  });

  it("leave none under way where one of them fails, whichever it is, and that error is told", async () => {
    for (const failing of ["column 0/0", "column 3/2", "column 5/7"]) {
      const { slow, seen } = slowStore((key) => key.endsWith(failing));
      const writing = writeAnnData(slow, contents(), { spotsPerChunk: 500 });
      await expect(writing).rejects.toMatchObject({ path: `/obsm/table/${failing}`, found: "no room" });
      expect(seen.atDiscard).toBe(0);
      await wait(10);
      expect(seen).toMatchObject({ underWay: 0, afterDiscard: 0 });
      expect((slow as ReturnType<typeof memoryStore>).keys()).toEqual([]);
    }
  });

  it("leave none under way where the run is interrupted", async () => {
    const { slow, seen } = slowStore(() => false);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    const writing = writeAnnData(slow, contents(), { spotsPerChunk: 500, signal: stop.signal, onProgress });
    await expect(writing).rejects.toThrow("enough");
    expect(seen.atDiscard).toBe(0);
    await wait(10);
    expect(seen.afterDiscard).toBe(0);
  });
});
