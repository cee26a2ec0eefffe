import { type ChunkSource, type CsrChunk, collect, memorySource } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { memoryStore } from "@flashdeconv/stores";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openSpatial, writeAnnData } from "../src/index.js";
import { copyWide } from "../src/read/copy-wide.js";

const CHUNK = 2 ** 16;
const ROW_COUNT = 900;
const WIDTH = 700;

/** Rows of 0 to 499 entries, among them runs of empty rows, so that most borders of stored chunks lie inside of a row. */
function makeRows(): CsrChunk {
  const lengths = Array.from({ length: ROW_COUNT }, (_, row) =>
    row % 100 < 5 || row > 890 ? 0 : (row * 7919) % 500,
  );
  const indptr = new Int32Array(ROW_COUNT + 1);
  lengths.forEach((length, row) => {
    indptr[row + 1] = indptr[row] + length;
  });
  const indices = new Int32Array(indptr[ROW_COUNT]);
  for (let row = 0; row < ROW_COUNT; row++) {
    for (let i = indptr[row]; i < indptr[row + 1]; i++) indices[i] = i - indptr[row] + (row % 200);
  }
  const values = Float32Array.from(indices, (index, i) => 1 + ((i + index) % 9));
  return { kind: "csr", spotStart: 0, spotCount: ROW_COUNT, width: WIDTH, indptr, indices, values };
}

async function stored(X: ChunkSource<CsrChunk>): Promise<ReturnType<typeof memoryStore>> {
  const store = memoryStore();
  await writeAnnData(
    store,
    {
      spotCount: ROW_COUNT,
      spotNames: names("s", ROW_COUNT),
      geneNames: names("g", WIDTH),
      X,
    },
    { valuesPerChunk: CHUNK },
  );
  return store;
}

describe("rows of stored chunks that are handed out whole", () => {
  const rows = makeRows();
  let store: ReturnType<typeof memoryStore>;
  let counts: ChunkSource<CsrChunk>;
  beforeAll(async () => {
    store = await stored(memorySource(rows));
    counts = (await openSpatial(store)).counts;
  });

  it("keep the contract of a source, ranges and all", async () => {
    await checkSource(counts);
    expect(await collect(counts)).toEqual(rows);
  });

  it("come as one block per stored chunk, rows on a border by themselves", async () => {
    const spans: [number, number][] = [];
    for await (const { spotStart, spotCount } of counts.chunks()) {
      spans.push([rows.indptr[spotStart], rows.indptr[spotStart + spotCount]]);
    }
    expect(rows.indptr[ROW_COUNT]).toBeGreaterThan(3 * CHUNK);
    for (const [from, to] of spans) {
      const borders = Math.ceil(to / CHUNK) - 1 - Math.floor(from / CHUNK);
      expect(borders).toBeLessThan(2);
      if (borders === 1) expect(to - from).toBeLessThan(500);
    }
    expect(spans.length).toBeLessThanOrEqual(2 * Math.ceil(rows.indptr[ROW_COUNT] / CHUNK) + 1);
  });

  it("may be transferred to another thread as they come", async () => {
    const seen: number[] = [];
    for await (const { indices, values, spotStart } of counts.chunks()) {
      const sent = structuredClone({ indices, values }, { transfer: [indices.buffer, values.buffer] });
      expect(indices.length).toBe(0);
      expect(sent.indices).toEqual(rows.indices.subarray(seen.length, seen.length + sent.indices.length));
      expect(rows.indptr[spotStart]).toBe(seen.length);
      for (const value of sent.values) seen.push(value);
    }
    expect(seen).toEqual([...rows.values]);
  });

  it("are copied where nothing is compressed: the bytes are the store's", async () => {
    const plain = memoryStore();
    const contents = { spotCount: ROW_COUNT, spotNames: names("s", ROW_COUNT), geneNames: names("g", WIDTH) };
    const options = { valuesPerChunk: CHUNK, compressor: "none" } as const;
    await writeAnnData(plain, { ...contents, X: memorySource(rows) }, options);
    const section = await openSpatial(plain);
    await checkSource(section.counts);
    expect(await collect(section.counts)).toEqual(rows);
  });

  it("are put in order, and summed, and told of once", async () => {
    const shuffled = { ...rows, indices: rows.indices.slice(), values: rows.values.slice() };
    const at = rows.indptr[850];
    [shuffled.indices[at], shuffled.indices[at + 1]] = [rows.indices[at + 1], rows.indices[at]];
    [shuffled.values[at], shuffled.values[at + 1]] = [rows.values[at + 1], rows.values[at]];
    const notices: string[] = [];
    const section = await openSpatial(await stored(unchecked(shuffled)), {
      onNotice: ({ code }) => notices.push(code),
    });
    expect(await collect(section.counts)).toEqual(rows);
    expect(notices).toEqual(["unsorted-indices"]);
  });

  it.each([-1, WIDTH, 2 ** 31 - 1])("are refused for the index %i", async (index) => {
    const damaged = { ...rows, indices: rows.indices.slice() };
    damaged.indices[rows.indptr[851] - 1] = index;
    const section = await openSpatial(await stored(unchecked(damaged)));
    await expect(collect(section.counts)).rejects.toMatchObject({
      tag: "FormatError",
      path: "X/indices",
      found: `the index ${index}`,
    });
  });
});

/** A source that hands on rows as they are, broken or not. */
function unchecked(rows: CsrChunk): ChunkSource<CsrChunk> {
  return {
    spotCount: rows.spotCount,
    width: rows.width,
    async *chunks() {
      yield rows;
    },
  };
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

it("64-bit integers become the numbers that Number makes of them", () => {
  const check = (data: BigInt64Array | BigUint64Array, most: number) => {
    const out = new Float64Array(data.length + 1);
    const beyond = copyWide(data, { from: 0, to: data.length, at: 1 }, out, most);
    expect([...out.subarray(1)]).toEqual([...data].map(Number));
    expect(beyond).toBe([...data].findIndex((item) => Math.abs(Number(item)) > most));
  };
  const limit = fc.constantFrom(0, 5, 2 ** 24, 2 ** 53, Number.POSITIVE_INFINITY);
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), limit, (items, most) =>
      check(BigInt64Array.from(items), most),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), limit, (items, most) =>
      check(BigUint64Array.from(items), most),
    ),
  );
  check(BigInt64Array.of(0n, -1n, 1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n)), 100);
});
