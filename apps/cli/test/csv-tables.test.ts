import { type DenseChunk, memorySource } from "@flashdeconv/core";
import type { AnswerTable } from "@flashdeconv/pipeline";
import {
  csvCell,
  csvFormatter,
  csvHeader,
  NUMBER_BYTES,
  putNumber,
  rowBlocks,
  tableShape,
  textOfCell,
  typesAmong,
} from "@flashdeconv/results/internal";
import { describe, expect, it } from "vitest";
import { parseProportions } from "../src/stores/parse-proportions.js";
import { HOSTILE } from "./hostile-text.js";

/** What spreadsheets run, and what CSV has to quote. */
const RISKY = ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "'=1", "''+", "'a", "'"];
const ODD = ["a,b", 'a"b', '"', "a\nb", "a\r\nb", "a;=b", " a ", "a\tb", "ü", "日本", "", "NA", "1e5", "#x"];
const NAMES = [...RISKY, ...ODD, ...Object.values(HOSTILE).filter((text) => text !== HOSTILE["half a pair"])];

function dense(values: Float64Array, width: number, spotsPerChunk: number) {
  const chunk: DenseChunk = { kind: "dense", spotStart: 0, spotCount: values.length / width, width, values };
  return memorySource(chunk, { spotsPerChunk });
}

/** A result of some spots, its tables in chunks of different lengths. */
function tablesOf(typeNames: readonly string[], spotCount: number): AnswerTable[] {
  const K = typeNames.length;
  const proportions = Float64Array.from({ length: spotCount * K }, (_, i) => ((i * 7919) % 1009) / 1009);
  proportions.fill(Number.NaN, K, 2 * K);
  const codes = (count: number) => Float64Array.from({ length: spotCount }, (_, i) => (i % (count + 1)) - 1);
  const statuses = ["ok", "no counts, from neighbours"];
  const counts = Float64Array.from({ length: spotCount }, (_, i) => i * 1e4);
  return [
    { name: "proportions", dtype: "float64", columns: "types", values: dense(proportions, K, 7) },
    {
      name: "dominant",
      dtype: "category",
      columns: ["dominant"],
      categories: typeNames,
      values: dense(codes(K), 1, 5),
    },
    {
      name: "status",
      dtype: "category",
      columns: ["status"],
      categories: statuses,
      values: dense(codes(2), 1, 64),
    },
    { name: "counts", dtype: "float64", columns: ["counts"], values: dense(counts, 1, 3) },
    { name: "errors", dtype: "float64", columns: "types", values: dense(proportions.slice(), K, 11) },
  ];
}

async function csvOf(typeNames: readonly string[], names: readonly string[], rowsPerBlock = 4) {
  const shape = tableShape(tablesOf(typeNames, names.length), typeNames, "mine");
  const pieces = [csvHeader(shape, ",").slice()];
  const format = csvFormatter(shape, ",");
  for await (const block of rowBlocks(shape.parts, names, { rowsPerBlock }))
    pieces.push(format(block).slice());
  return Buffer.concat(pieces).toString();
}

describe("a cell of text", () => {
  it.each(NAMES)("%j is not a formula, and comes back", (name) => {
    const cell = csvCell(name);
    const [shown] = cell[0] === '"' ? [cell.slice(1, -1).replaceAll('""', '"')] : [cell];
    expect("=+-@\t\r\n".includes(shown[0] || "x")).toBe(false);
    expect(textOfCell(shown)).toBe(name);
  });

  it("is left as it is where it is harmless", () => {
    for (const name of ["AAACAAGTATCTCTAA-1", "s_008um_00000_00000-1", "CD4+ T cell", "T/NK"]) {
      expect(csvCell(name)).toBe(name);
    }
  });
});

describe("a number", () => {
  const written = (value: number) => {
    const out = new Uint8Array(NUMBER_BYTES);
    return Buffer.from(out.subarray(0, putNumber(out, 0, value))).toString();
  };

  it("has seven significant digits, whole ones all", () => {
    const known: [number, string][] = [
      [0, "0"],
      [1, "1"],
      [0.5, "0.5"],
      [1 / 3, "0.3333333"],
      [0.99999999, "1"],
      [0.0999999999, "0.1"],
      [0.01, "0.01"],
      [1 / 30_000, "0.00003333333"],
      [1e-7 / 3, "3.333333e-8"],
      [123456789, "123456789"],
      [2 ** 53, "9007199254740992"],
      [-0.25, "-0.25"],
      [1234.56789, "1234.568"],
      [Number.NaN, ""],
    ];
    for (const [value, text] of known) expect(written(value)).toBe(text);
  });

  it("is as near as seven digits can be, wherever it lies", () => {
    for (let i = 0; i < 20_000; i++) {
      const value = 10 ** (-9 * ((i * 0.618034) % 1)) * (1 + ((i * 0.414214) % 1));
      const off = Math.abs(Number(written(value)) - value) / value;
      expect(off, String(value)).toBeLessThan(5.1e-7);
      expect(written(value).length).toBeLessThan(NUMBER_BYTES);
    }
  });
});

describe("a table of ours", () => {
  const types = ["barcode", ...NAMES].filter((name, i, all) => all.indexOf(name) === i);

  it("is read again with the names it was made of, whatever they are", async () => {
    const names = NAMES.map((name, i) => (i % 2 ? name : `${name}${i}`));
    const text = await csvOf(types, names);
    const read = parseProportions("a.csv", text);
    expect(read.typeNames).toEqual(types);
    expect(read.spotNames).toEqual(names);
    const [{ values }] = tablesOf(types, names.length);
    for await (const chunk of values.chunks()) {
      for (const [i, value] of chunk.values.entries()) {
        const found = read.values[chunk.spotStart * types.length + i];
        if (Number.isNaN(value)) expect(found).toBeNaN();
        else expect(Math.abs(found - value)).toBeLessThanOrEqual(5e-8);
      }
    }
  });

  it("is the same for any blocks of rows", async () => {
    const names = Array.from({ length: 23 }, (_, i) => `spot,${i}`);
    const whole = await csvOf(["A", "B"], names, 100);
    for (const rows of [1, 7, 22]) expect(await csvOf(["A", "B"], names, rows)).toBe(whole);
    expect(whole.split("\n").slice(0, 3)).toEqual([
      "barcode,A,B,mine_errors_A,mine_errors_B,mine_status,mine_counts,mine_dominant",
      '"spot,0",0,0.8483647,0,0.8483647,,0,',
      '"spot,1",,,,,ok,10000,A',
    ]);
  });

  it("names its types by the order of its columns, and no other table is one", () => {
    const last = ["k_status", "k_counts", "k_dominant"];
    expect(typesAmong(["barcode", "A", "B", ...last])).toEqual(["A", "B"]);
    expect(typesAmong(["k_barcode", "A", "barcode", ...last])).toEqual(["A", "barcode"]);
    expect(typesAmong(["barcode", "A", "k_errors_A", ...last])).toEqual(["A"]);
    for (const other of [
      ["barcode", "A", "B"],
      ["spot", "A", ...last],
      ["barcode", "A", ...last, "mine"],
      ["barcode", "A", "k_status", "k_counts", "j_dominant"],
      ["barcode", "A", "status", "counts", "dominant"],
      [],
    ]) {
      expect(typesAmong(other)).toBeUndefined();
    }
  });

  it("is refused where a type would be taken for another column", () => {
    expect(() => tableShape(tablesOf(["A", "mine_A"], 3), ["A", "mine_A"], "mine")).toThrow(
      /option key: .*"mine_A" would be taken/,
    );
  });
});
