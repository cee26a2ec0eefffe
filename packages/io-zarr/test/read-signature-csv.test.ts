import { readSignatureCsv } from "@flashdeconv/io-zarr";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const TYPES_BY_GENES = "type,g1,g2,g3\nT cell,1,2.5,0\nB cell,0,1e1,4\n";
const SIGNATURE = {
  typeNames: ["B cell", "T cell"],
  geneNames: ["g1", "g2", "g3"],
  values: Float64Array.of(0, 10, 4, 1, 2.5, 0),
};

describe("a signature table", () => {
  it("has a row per type, or a row per gene: there are fewer types", () => {
    expect(readSignatureCsv(TYPES_BY_GENES)).toEqual(SIGNATURE);
    expect(readSignatureCsv(",T cell,B cell\ng1,1,0\ng2,2.5,10\ng3,0,4")).toEqual(SIGNATURE);
  });

  it("is read as told where that is not so", () => {
    const table = "gene,a,b\nx,1,2\ny,3,4\n";
    expect(readSignatureCsv(table).typeNames).toEqual(["x", "y"]);
    expect(readSignatureCsv(table, { orientation: "genes-by-types" })).toEqual({
      typeNames: ["a", "b"],
      geneNames: ["x", "y"],
      values: Float64Array.of(1, 3, 2, 4),
    });
    expect(readSignatureCsv(",g\na,1\nb,2", { orientation: "types-by-genes" }).typeNames).toEqual(["a", "b"]);
  });

  it("may have tabs, quotes, a byte order mark, Windows line ends and empty lines", () => {
    for (const separator of ["\t", ";"])
      expect(readSignatureCsv(TYPES_BY_GENES.replaceAll(",", separator))).toEqual(SIGNATURE);
    // R leaves the names of rows without a header.
    expect(readSignatureCsv(TYPES_BY_GENES.replace("type,", ""))).toEqual(SIGNATURE);
    const quoted = `\uFEFF${TYPES_BY_GENES.replace("T cell", '"T, ""naive"""').replaceAll("\n", "\r\n")}\r\n`;
    expect(readSignatureCsv(quoted).typeNames).toEqual(["B cell", 'T, "naive"']);
  });

  it("says how many cells its means are of where flashdeconv wrote it", () => {
    const ours = (cells: string) =>
      `flashdeconv_cell_type,flashdeconv_cells,flashdeconv_dispersion,g1\nT cell,${cells},0.1,1\nB cell,7,,2\n`;
    expect(readSignatureCsv(ours("3"))).toEqual({
      typeNames: ["B cell", "T cell"],
      geneNames: ["g1"],
      values: Float64Array.of(2, 1),
      cellCounts: Int32Array.of(7, 3),
    });
    expect(readSignatureCsv(TYPES_BY_GENES).cellCounts).toBeUndefined();
    for (const cells of ["", "0", "-1", "1.5", "x", "1e12"]) {
      expect(() => readSignatureCsv(ours(cells), { path: "means.csv" })).toThrow(
        `means.csv: found ${JSON.stringify(cells)} for the cells of the type T cell, expected their number`,
      );
    }
  });

  it("comes out the same whichever way it is written", () => {
    const name = fc
      .string({ minLength: 1, unit: fc.constantFrom("a", "b", "Z", "é", "/", " x") })
      .map((s) => s.trim());
    fc.assert(
      fc.property(
        fc.uniqueArray(
          name.filter((s) => s !== ""),
          { minLength: 1, maxLength: 5 },
        ),
        fc.nat(6),
        (types, g) => {
          const genes = Array.from({ length: g + 1 }, (_, j) => `gene ${j}`);
          const value = (k: number, j: number) => 3 * k + j / 4;
          const byTypes = [["", ...genes], ...types.map((t, k) => [t, ...genes.map((_, j) => value(k, j))])];
          const byGenes = [["", ...types], ...genes.map((t, j) => [t, ...types.map((_, k) => value(k, j))])];
          const text = (rows: (string | number)[][]) => rows.map((row) => row.join(",")).join("\n");
          const signature = readSignatureCsv(text(byTypes), { orientation: "types-by-genes" });
          expect(readSignatureCsv(text(byGenes), { orientation: "genes-by-types" })).toEqual(signature);
          const first = types.indexOf(signature.typeNames[0]);
          expect([...signature.values.subarray(0, g + 1)]).toEqual(genes.map((_, j) => value(first, j)));
        },
      ),
    );
  });

  it.each([
    ["", "FormatError", /0 rows/],
    ["type,g1\n", "FormatError", /0 rows/],
    ["type\nT\n", "FormatError", /no comma, tab or semicolon/],
    ["type,g1,g2\nT,1\n", "FormatError", /not a table: row 2 has 2 cells/],
    ['"";"g1"\n"T";0,5\n', "FormatError", /"0,5" for the type T/],
    ["type,g1\nT,many\n", "FormatError", /"many" for the type T and the gene g1/],
    ["type,g1\nT,\n", "FormatError", /"" for the type T/],
    ["type,g1,g2\nT,NaN,1\n", "FormatError", /"NaN"/],
    ["type,g1,g2\nT,Infinity,1\n", "FormatError", /"Infinity"/],
    ["type,g1,g2,g3\nT,1,1,1\nT,2,2,2\n", "FormatError", /"T" twice/],
    ["type,g1,g2\n,1,1\n", "FormatError", /without a name/],
    ["type,g1,g2\nT,1,-0.5\n", "CountError", /-0\.5 for the type T and the gene g2/],
  ])("%j is refused", (text, tag, found) => {
    expect(() => readSignatureCsv(text)).toThrow(
      expect.objectContaining({
        tag,
        found: expect.stringMatching(found),
        remedy: expect.stringMatching(/^Give .*\.$/),
      }),
    );
  });

  it("must be told its orientation in known words", () => {
    const orientation = "sideways" as "auto";
    expect(() => readSignatureCsv(TYPES_BY_GENES, { orientation })).toThrow(
      expect.objectContaining({ tag: "OptionError", option: "orientation" }),
    );
  });
});
