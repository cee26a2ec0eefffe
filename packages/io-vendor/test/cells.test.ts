import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { collect, type Notice } from "@flashdeconv/core";
import { findInput } from "@flashdeconv/io-vendor/node";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { appendedRows } from "../src/cells/appended-rows.js";
import { readHeader } from "../src/cells/csv-fields.js";
import { memorySpool, type PutAside, type Spool } from "../src/ingest/spool.js";

async function open(files: Readonly<Record<string, string | Uint8Array>>, given = "") {
  const folder = await mkdtemp(join(tmpdir(), "flashdeconv-cells-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), name.endsWith(".gz") ? gzipSync(text) : text);
  const found = await findInput(join(folder, given));
  const notices: Notice[] = [];
  const ingest = async (spool: Spool = memorySpool()) => {
    const contents = await found.ingest?.({
      spool,
      onNotice: (notice) => notices.push(notice),
    });
    if (!contents?.X || !contents.obsm) throw new Error("nothing to put in order");
    const { indptr, indices, values } = await collect(contents.X);
    const positions: number[] = [];
    for await (const chunk of contents.obsm.spatial.values.chunks()) positions.push(...chunk.values);
    const rows = Array.from(indptr.subarray(1), (end, row) => {
      const from = indptr[row];
      return Array.from(indices.subarray(from, end), (gene, i) => [gene, values[from + i]]);
    });
    return { names: contents.spotNames, genes: contents.geneNames, rows, positions };
  };
  return { called: found.called, ingest, notices };
}

describe("tables of MERSCOPE", () => {
  const META = ",fov,volume,center_x,center_y\n12,0,9,1.5,10\n7,0,9,2.5,20\n3,0,9,3.5,30\n";

  it.each([
    ["cell", "cell_by_gene.csv", META],
    ["EntityID", "cell_by_gene.csv.gz", META.replace(",fov", "EntityID,fov")],
  ])("are cells by %s, without blanks, at their centres", async (id, counts, metadata) => {
    const table = `${id},Gad1,Blank-1,Aqp4\n7,0,9,2\n12,1.0,0,0\n99,5,5,5\n`;
    const { called, ingest, notices } = await open({ [counts]: table, "cell_metadata.csv": metadata });
    expect(called).toBe("MERSCOPE");
    expect(await ingest()).toEqual({
      names: ["7", "12"],
      genes: ["Gad1", "Aqp4"],
      rows: [[[1, 2]], [[0, 1]]],
      positions: [2.5, 20, 1.5, 10],
    });
    expect(notices.map(({ message }) => message)).toEqual([
      "1 control among the genes left out.",
      '1 cell without a position left out, the first "99".',
      "1 position of cells without counts.",
    ]);
  });
});

it.each([
  ["cell_by_gene.csv", /cell_by_gene\.csv$/],
  ["cell_metadata.csv", /cell_metadata\.csv$/],
])("names that are not UTF-8 are refused with file and line: %s", async (name, path) => {
  const latin = Buffer.from("cell,Gad1,Aqp4\nM\xfcller,1,2\n", "latin1");
  const metadata = "EntityID,center_x,center_y\n7,1,2\n";
  const badHeader = Buffer.from("EntityID,center_x,center_y,\xe9\n7,1,2,3\n", "latin1");
  const files = { "cell_by_gene.csv": "cell,Gad1\n7,1\n", "cell_metadata.csv": metadata };
  const { ingest } = await open({ ...files, [name]: name === "cell_by_gene.csv" ? latin : badHeader });
  await expect(ingest()).rejects.toMatchObject({
    tag: "FormatError",
    path: expect.stringMatching(path),
    found: expect.stringMatching(name === "cell_by_gene.csv" ? /0xFC in line 2/ : /0xE9 in line 1/),
  });
});

it("cells that an earlier run put aside are not read again, and are the same", async () => {
  const table = "cell,Gad1,Aqp4\n7,0,2\n12,1,0\n";
  const metadata = "EntityID,center_x,center_y\n12,1.5,10\n7,2.5,20\n9,0,0\n";
  const files = { "cell_by_gene.csv": table, "cell_metadata.csv": metadata };
  const { called, ingest, notices } = await open(files, "cell_by_gene.csv");
  expect(called).toBe("MERSCOPE");
  const spool = memorySpool();
  let finished: PutAside | undefined;
  const finish = async (all: PutAside) => {
    finished = JSON.parse(JSON.stringify(all));
  };
  const first = await ingest({ ...spool, finish });
  const append = () => Promise.reject(new Error("put aside again"));
  expect(await ingest({ ...spool, append, finish, finished })).toEqual(first);
  expect(first.rows).toEqual([[[1, 2]], [[0, 1]]]);
  expect(notices).toHaveLength(2);
});

describe("tables of CosMx", () => {
  const META =
    '"fov","cell_ID","Area","CenterX_local_px","CenterX_global_px","CenterY_global_px"\n1,1,5,0,100,200\n1,2,5,0,110,210\n2,1,5,0,500,600\n';
  const COUNTS =
    '"fov","cell_ID","cell","AATK","NegPrb1","SystemControl3","A2M"\n1,0,"c_1_0_0",90,9,9,90\n1,1,"c_1_1_1",0,1,0,3\n2,1,"c_1_2_1",4,0,0,0\n';

  it("are cells by field and number, without background and controls", async () => {
    const { called, ingest, notices } = await open({
      "S1_exprMat_file.csv.gz": COUNTS,
      "S1_metadata_file.csv.gz": META,
    });
    expect(called).toBe("CosMx");
    expect(await ingest()).toEqual({
      names: ["1_1", "1_2"],
      genes: ["AATK", "A2M"],
      rows: [[[1, 3]], [[0, 4]]],
      positions: [100, 200, 500, 600],
    });
    expect(notices.map(({ code }) => code)).toEqual([
      "controls-left-out",
      "background-left-out",
      "positions-without-counts",
    ]);
  });

  it("may be separated by tabs or semicolons", async () => {
    const named = async (separator: string) => {
      const files = { "exprMat_file.csv": COUNTS, "metadata_file.csv": META };
      const texts = Object.entries(files).map(
        ([name, text]) => [name, text.replaceAll(",", separator)] as const,
      );
      return (await open(Object.fromEntries(texts))).ingest();
    };
    const expected = await named(",");
    for (const separator of ["\t", ";"]) expect(await named(separator)).toEqual(expected);
  });

  it.each([
    ["a cell twice", [COUNTS, "1,1,x,1,1,1,1"], [META], /the cell "1_1" again in line 5/],
    ["a short line", [COUNTS, "1,2,x,1,1"], [META], /line 5 of 5 for a header of 7/],
    ["what is no number", [COUNTS, "1,2,x,1,1,1,many"], [META], /"many" as a count in line 5/],
    ["a count without end", [COUNTS, "1,2,x,1,1,1,1e999"], [META], /"1e999" as a count in line 5/],
    ["no name", [COUNTS, ",2,x,1,1,1,1"], [META], /no name of a cell in line 5/],
    ["other columns", ["a,b\n"], [META], /the columns a, b/],
    ["no line", [""], [META], /no line/],
    ["a gene without a name", [COUNTS.replace('"A2M"', '""')], [META], /no name of a gene in column 7/],
    ["decimal commas", [COUNTS.replace(/,/g, ";"), "1;2;x;0,5;1;1;1"], [META], /"0,5" as a count in line 5/],
    ["no gene", ["fov,cell_ID,NegPrb1\n1,1,1\n"], [META], /no column of a gene/],
    ["other positions", [COUNTS], ["fov,cell_ID,x,y\n1,1,2,3\n"], /the columns fov, cell_ID, x, y/],
    ["a position that is no number", [COUNTS], [META, "3,3,5,0,,7"], /no name or no position in line 5/],
    ["a position twice", [COUNTS], [META, "1,2,5,0,1,7"], /the cell "2_1" twice/],
    [
      "cells of another section",
      [COUNTS.replaceAll("\n1,1", "\n9,9").replaceAll("\n2,1", "\n8,8")],
      [META],
      /2 cells without a position, the first 9_9/,
    ],
  ])("with %s are refused", async (_, counts, metadata, message) => {
    const { ingest } = await open({
      "exprMat_file.csv": counts.join(""),
      "metadata_file.csv": metadata.join(""),
    });
    await expect(ingest()).rejects.toMatchObject({
      tag: "FormatError",
      found: expect.stringMatching(message),
    });
  });

  it("without positions, or of two sections, are refused", async () => {
    await expect(open({ "a_exprMat_file.csv": COUNTS })).rejects.toMatchObject({
      found: expect.stringMatching(/no metadata_file/),
    });
    await expect(
      open({ "a_exprMat_file.csv": COUNTS, "b_exprMat_file.csv": COUNTS, "a_metadata_file.csv": META }),
    ).rejects.toMatchObject({ found: "a_exprMat_file.csv and b_exprMat_file.csv" });
  });
});

it("fields of a line are what stands between commas, quotes undone", () => {
  const fields = (line: string) => {
    const bytes = new TextEncoder().encode(line);
    return readHeader({ bytes, from: 0, to: bytes.length }, () => undefined).header;
  };
  const quoted = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z",é]{0,6}$/), { minLength: 1 }), (list) => {
      expect(fields(list.map(quoted).join(","))).toEqual(list);
    }),
  );
  expect(fields('"never closed,x')).toHaveLength(1);
});

it("rows that come in order are the same, however many buckets they take", async () => {
  const rowCount = 5000;
  async function* batches() {
    for (let start = 0; start < rowCount; start += 50) {
      const length = 50 * 900;
      const rows = Float64Array.from({ length }, (_, i) => start + Math.floor(i / 900));
      const columns = Int32Array.from({ length }, (_, i) => 899 - (i % 900));
      yield { length, rows, columns, values: new Float32Array(length).fill(2) };
    }
  }
  const { X: source } = await appendedRows(batches(), () => ({ rowCount, columnCount: 900 }), {
    spool: memorySpool(),
  });
  let chunkCount = 0;
  let spot = 0;
  for await (const { spotStart, spotCount, indptr, indices, values } of source.chunks()) {
    chunkCount++;
    expect(spotStart).toBe(spot);
    spot += spotCount;
    expect(indptr[spotCount]).toBe(900 * spotCount);
    expect([indices[0], indices[899], values[0]]).toEqual([0, 899, 2]);
  }
  expect(spot).toBe(rowCount);
  expect(chunkCount).toBeGreaterThan(1);
});
