import { collect } from "@flashdeconv/core";
import { openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { memoryStore } from "@flashdeconv/stores";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMex } from "../src/formats/find-mex.js";
import { binMap, binRanks, SIDE } from "../src/ingest/bin-map.js";
import { ingestGem } from "../src/ingest/ingest-gem.js";
import { ingestMex } from "../src/ingest/ingest-mex.js";
import { numberedRows } from "../src/ingest/numbered-rows.js";
import { isGemHeader } from "../src/ingest/read-gem.js";
import { type MtxHeader, readMtx } from "../src/ingest/read-mtx.js";
import { memorySpool } from "../src/ingest/spool.js";
import { eachLine, numberAt, textOf } from "../src/ingest/text-lines.js";
import { namesOf } from "./names-of.js";

/** Text in pieces of some length, as a file comes. */
async function* pieces(text: string, length: number): AsyncIterable<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

async function rowsOf(text: string, pieceLength = 7) {
  let header: MtxHeader | undefined;
  const entries = readMtx(pieces(text, pieceLength), "matrix.mtx", (found) => {
    header = found;
  });
  const size = () => {
    const { rowCount, columnCount, entryCount } = header as MtxHeader;
    return { rowCount, columnCount, entryCount };
  };
  const source = await numberedRows(entries, size, memorySpool());
  const { indptr, indices, values } = await collect(source);
  return { indptr: [...indptr], indices: [...indices], values: [...values] };
}

describe("lines", () => {
  it("are the same for pieces of any length, with either end of line", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-zé ]{0,9}$/)),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("\n", "\r\n"),
        async (lines, length, end) => {
          const seen: string[] = [];
          const text = lines.map((line) => line + end).join("");
          for await (const _ of eachLine(pieces(text, length), "f", (bytes, from, to) =>
            seen.push(textOf(bytes, from, to)),
          ));
          expect(seen).toEqual(lines);
        },
      ),
    );
  });

  it("have numbers as JavaScript reads them", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        const bytes = new TextEncoder().encode(String(value));
        expect(numberAt(bytes, 0, bytes.length)).toBe(Number(String(value)));
      }),
    );
    for (const text of ["", "x", "1x", "0x10", "Infinity", "1 2", "--1"]) {
      const bytes = new TextEncoder().encode(text);
      expect(numberAt(bytes, 0, bytes.length)).toBeNaN();
    }
  });
});

describe("a Matrix Market file", () => {
  const banner = "%%MatrixMarket matrix coordinate integer general\n";

  it("gives its rows in order, whatever the order of its entries", async () => {
    const entry = fc.record({ row: fc.nat(8), column: fc.nat(5), value: fc.integer({ min: 1, max: 99 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entry, { selector: ({ row, column }) => `${row} ${column}` }),
        fc.integer({ min: 1, max: 40 }),
        async (entries, length) => {
          const lines = entries.map(({ row, column, value }) => `${row + 1} ${column + 1} ${value}\n`);
          const text = `${banner}%a comment\n9 6 ${entries.length}\n${lines.join("")}`;
          const sorted = [...entries].sort((a, b) => a.row - b.row || a.column - b.column);
          expect(await rowsOf(text, length)).toEqual({
            indptr: Array.from({ length: 10 }, (_, row) => sorted.filter((one) => one.row < row).length),
            indices: sorted.map(({ column }) => column),
            values: sorted.map(({ value }) => value),
          });
        },
      ),
    );
  });

  it("adds up what it tells of a place several times, whatever the order", async () => {
    const entry = fc.record({ row: fc.nat(3), column: fc.nat(3), value: fc.integer({ min: -9, max: 99 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 40 }), async (entries) => {
        const lines = entries.map(({ row, column, value }) => `${row + 1} ${column + 1} ${value}\n`);
        const found = await rowsOf(`${banner}4 4 ${entries.length}\n${lines.join("")}`);
        const sums = new Map<number, number>();
        for (const { row, column, value } of entries)
          sums.set(4 * row + column, (sums.get(4 * row + column) ?? 0) + value);
        const places = [...sums.keys()].sort((a, b) => a - b);
        expect(found).toEqual({
          indptr: [0, 1, 2, 3, 4].map((row) => places.filter((place) => place < 4 * row).length),
          indices: places.map((place) => place % 4),
          values: places.map((place) => sums.get(place)),
        });
      }),
    );
  });

  it("adds up what is told twice, and counts places of a pattern once", async () => {
    expect((await rowsOf(`${banner}2 2 3\n2 1 4\n1 2 1\n2 1 3\n`)).values).toEqual([1, 7]);
    const pattern = "%%MatrixMarket matrix coordinate pattern general\n2 2 2\n1 1\n2 2\n";
    expect((await rowsOf(pattern)).values).toEqual([1, 1]);
  });

  it.each([
    ["another file", "a,b,c\n1,2,3\n", /a,b,c/],
    ["a dense one", "%%MatrixMarket matrix array real general\n2 2\n1\n", /array/],
    ["an end before its size", banner, /an end before the size/],
    ["fewer entries than it says", `${banner}2 2 2\n1 1 1\n`, /1 entry/],
    ["a row outside", `${banner}2 2 1\n3 1 1\n`, /"3 1 1" in line 3/],
    ["a row 0", `${banner}2 2 1\n0 1 1\n`, /"0 1 1" in line 3/],
    ["text for a value", `${banner}2 2 1\n1 1 x\n`, /"1 1 x" in line 3/],
    ["sizes that are none", `${banner}a b c\n`, /the sizes in line 2/],
  ])("with %s is refused", async (_, text, found) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      tag: "FormatError",
      path: "matrix.mtx",
      found: expect.stringMatching(found),
    });
  });
});

describe("a folder in Market Exchange", () => {
  const file = (path: string, text: string) => ({ path, read: () => pieces(text, 11) });
  const features = "E1\tActb\tGene Expression\nE2\tCD3\tAntibody Capture\n";
  const banner = "%%MatrixMarket matrix coordinate integer general\n";
  const names = "AAA-1\nCCC-1\nGGG-1\n";
  const files = (matrix: string, barcodes = names, genes = features) => ({
    matrix: file("matrix.mtx", banner + matrix),
    barcodes: file("barcodes.tsv", barcodes),
    features: file("features.tsv", genes),
  });
  const usual = "2 3 3\n1 1 5\n2 1 9\n1 3 7\n";
  const turned = "3 2 3\n1 1 5\n1 2 9\n3 1 7\n";

  it.each([
    ["features by barcodes", usual],
    ["barcodes by features", turned],
  ])("of %s is the same AnnData, which opens", async (_, matrix) => {
    const contents = await ingestMex(files(matrix), { spool: memorySpool() });
    expect(contents.geneNames).toEqual(["Actb", "CD3"]);
    const store = memoryStore();
    await writeAnnData(store, contents);
    const section = await openSpatial(store);
    expect(section.geneNames).toEqual(["Actb"]);
    expect(await section.readSpotName(2)).toBe("GGG-1");
    const { indptr, values } = await collect(section.counts);
    expect([[...indptr], [...values]]).toEqual([
      [0, 1, 1, 2],
      [5, 7],
    ]);
  });

  it.each([
    ["a barcode less", files(usual, "AAA-1\nCCC-1\n"), "2 x 3 for 2 features and 2 barcodes"],
    ["no barcode", files(usual, ""), "no line"],
    ["a gene with neither name nor id", files(usual, names, "E1\tActb\tx\n\t\tx\n"), "no name in line 2"],
    ["an empty barcode", files(usual, "AAA-1\n\nGGG-1\n"), "no name in line 2"],
    ["a blank barcode", files(usual, "AAA-1\nCCC-1\n \n"), "no name in line 3"],
  ])("with %s is refused", async (_, damaged, found) => {
    await expect(ingestMex(damaged, { spool: memorySpool() })).rejects.toMatchObject({
      tag: "FormatError",
      found,
    });
  });

  it("calls a gene without a name by its id", async () => {
    const genes = "E1\t\tGene Expression\nE2\tCD3\tGene Expression\n\n";
    const { geneNames } = await ingestMex(files(usual, names, genes), { spool: memorySpool() });
    expect(geneNames).toEqual(["E1", "CD3"]);
  });

  it("is found by its names", () => {
    const names = ["barcodes.tsv.gz", "features.tsv.gz", "matrix.mtx.gz"];
    expect(findMex(names)).toEqual({ matrix: names[2], barcodes: names[0], features: names[1] });
    const old = ["barcodes.tsv", "genes.tsv", "matrix.mtx"];
    expect(findMex(old)).toEqual({ matrix: old[2], barcodes: old[0], features: old[1] });
    const own = ["GSM1_barcodes.tsv.gz", "GSM1_features.tsv.gz", "GSM1_matrix.mtx.gz"];
    expect(findMex(own)).toEqual({ matrix: own[2], barcodes: own[0], features: own[1] });
    expect(findMex(["a.txt"])).toBeUndefined();
    expect(() => findMex(["matrix.mtx", "barcodes.tsv"])).toThrow(/features.tsv or genes.tsv/);
    expect(() => findMex(["a_matrix.mtx", "b_matrix.mtx"])).toThrow(/a_matrix.mtx and b_matrix.mtx/);
  });
});

describe("a strip of bins", () => {
  it("has its bins in order of y and x, each with its place among them", () => {
    const place = fc.record({ x: fc.oneof(fc.nat(70), fc.nat(SIDE - 1)), y: fc.nat(31) });
    fc.assert(
      fc.property(fc.array(place), (places) => {
        const map = binMap(32);
        const numbers = places.map(({ x, y }) => y * SIDE + x);
        for (const number of numbers) map.mark(number);
        const bins = map.bins();
        expect([...bins]).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        const rankOf = binRanks(bins);
        expect([...bins].map(rankOf)).toEqual([...bins.keys()]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a GEM file", () => {
  const header = "geneID\tx\ty\tMIDCount\tExonCount\n";
  const record = fc.record({
    gene: fc.nat(4),
    x: fc.nat(1500),
    y: fc.nat(1500),
    count: fc.integer({ min: 1, max: 9 }),
  });
  const ingest = (text: string, edge = 50) =>
    ingestGem({ path: "s.gem", read: () => pieces(text, 13) }, edge, { spool: memorySpool() });

  it("gives its bins in order of place, each with the sum of its records, whatever their order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1 }),
        fc.constantFrom(1, 7, 33, 50, 600, 9000),
        async (records, edge) => {
          const lines = records.map(({ gene, x, y, count }) => `g${gene}\t${x}\t${y}\t${count}\t0\n`);
          const contents = await ingest(`#FileFormat=GEMv0.1\n${header}${lines.join("")}`, edge);
          const expected = new Map<string, number>();
          for (const { gene, x, y, count } of records) {
            const key = `${Math.floor(x / edge) * edge}_${Math.floor(y / edge) * edge} g${gene}`;
            expected.set(key, (expected.get(key) ?? 0) + count);
          }
          const names = await namesOf(contents.spotNames);
          const genes = contents.geneNames as readonly string[];
          if (!contents.X || !contents.obsm) throw new Error("no counts");
          const { indptr, indices, values } = await collect(contents.X);
          const found = new Map<string, number>();
          for (let spot = 0; spot < names.length; spot++) {
            for (let i = indptr[spot]; i < indptr[spot + 1]; i++)
              found.set(`${names[spot]} ${genes[indices[i]]}`, values[i]);
          }
          expect(found).toEqual(expected);
          const places = names.map((name) => name.split("_").map(Number));
          expect(places).toEqual([...places].sort(([ax, ay], [bx, by]) => ay - by || ax - bx));
          const positions = await collect(contents.obsm.spatial.values);
          expect([...positions.values]).toEqual(places.flat().map((corner) => corner + edge / 2));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has its columns by name", async () => {
    const text = "geneID\tgeneName\tx\ty\tMIDCounts\tCellID\nE1\tActb\t3\t4\t2\t0\n";
    const contents = await ingest(text);
    expect(contents).toMatchObject({
      geneNames: ["Actb"],
      var: [{ name: "gene_ids", values: ["E1"] }],
    });
    expect(await namesOf(contents.spotNames)).toEqual(["0_0"]);
    expect(isGemHeader("x\ty\tMIDCount\tgeneID")).toBe(true);
    expect(isGemHeader("a\tb")).toBe(false);
  });

  it("with a header that is not UTF-8 is refused with its line", async () => {
    const latin = Buffer.from("geneID\tx\ty\tMIDCount\tprot\xe9ine\n", "latin1");
    const read = async function* () {
      yield latin;
    };
    const ingesting = ingestGem({ path: "s.gem", read }, 50, { spool: memorySpool() });
    await expect(ingesting).rejects.toMatchObject({ found: expect.stringMatching(/0xE9 in line 1/) });
  });

  it.each([
    ["another file", "a,b\n1,2\n", /the first line "a,b"/],
    ["nothing", "", /no line/],
    ["a header alone", header, /no record/],
    ["a place below 0", `${header}g\t-1\t2\t1\t0\n`, /in line 2/],
    ["a line too short", `${header}g\t1\n`, /in line 2/],
    ["a gene without a name", `${header}g\t1\t2\t1\t0\n\t1\t2\t1\t0\n`, /no name of a gene in line 3/],
  ])("with %s is refused", async (_, text, found) => {
    await expect(ingest(text)).rejects.toMatchObject({
      tag: "FormatError",
      found: expect.stringMatching(found),
    });
  });
});
