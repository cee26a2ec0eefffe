import { readTextCells } from "@flashdeconv/io-zarr/internal";
import { describe, expect, it } from "vitest";

const read = (text: string) =>
  readTextCells(text, { path: "table.csv", remedy: "Write it again.", mostRowCharacters: 2 ** 16 });
const TABLE = [
  ["cell", "type"],
  ["AAA-1", "T cell"],
  ["CCC-1", "B cell"],
];

describe("a table of text", () => {
  it.each([
    ["commas", "cell,type\nAAA-1,T cell\nCCC-1,B cell\n"],
    ["tabs", "cell\ttype\nAAA-1\tT cell\nCCC-1\tB cell\n"],
    ["semicolons", "cell;type\nAAA-1;T cell\nCCC-1;B cell\n"],
    ["a byte order mark and ends of line of Windows", "\ufeffcell;type\r\nAAA-1;T cell\r\nCCC-1;B cell\r\n"],
    ["quotes", '"cell","type"\n"AAA-1","T cell"\n"CCC-1","B cell"'],
    ["quotes and semicolons", '"cell";"type"\n"AAA-1";"T cell"\n"CCC-1";"B cell"'],
    ["blanks and empty lines", "\n cell , type \n\nAAA-1, T cell\nCCC-1 ,B cell\n\n"],
  ])("with %s is read alike", (_, text) => {
    expect(read(text)).toEqual(TABLE);
  });

  it.each([
    ["quoted separators", 'cell,type\nAAA-1,"T, CD4; naive"\n', [TABLE[0], ["AAA-1", "T, CD4; naive"]]],
    ["a separator of others in a cell", "cell,type\na,T;NK\nb,B\n", [TABLE[0], ["a", "T;NK"], ["b", "B"]]],
    ["the same in its only row", "cell,type\na,T;NK\n", [TABLE[0], ["a", "T;NK"]]],
    ["commas in cells", "cell;type\na;T, naive\nb;B\n", [TABLE[0], ["a", "T, naive"], ["b", "B"]]],
    [
      "decimal commas",
      '"";"A";"B"\n"s";0,5;1,5\n',
      [
        ["", "A", "B"],
        ["s", "0,5", "1,5"],
      ],
    ],
    ["tabs in front of commas", "cell\ttype\na\tT, naive\nb\tB\n", [TABLE[0], ["a", "T, naive"], ["b", "B"]]],
    ["one row", "a,b\n", [["a", "b"]]],
    [
      "a header that R left short",
      '"type"\n"a","T"\n"b","B"\n',
      [
        ["", "type"],
        ["a", "T"],
        ["b", "B"],
      ],
    ],
    [
      "two such columns",
      "A\tB\nx\t1\t2\ny\t3\t4\n",
      [
        ["", "A", "B"],
        ["x", "1", "2"],
        ["y", "3", "4"],
      ],
    ],
    ["nothing", " \n\n", []],
  ] as const)("with %s keeps its cells", (_, text, cells) => {
    expect(read(text)).toEqual(cells);
  });

  it.each([
    ["no separator", "type\nT cell\n", /no comma, tab or semicolon in the first rows \("type"\)/],
    ["blanks as separators", '"type"\n"a" "T"\n', /no comma, tab or semicolon/],
    ["two that cut all rows", "a;b,c\nd;e,f\n", /commas and semicolons in the first rows/],
    ["two that cut none alike", "a;b,c\nd;e,f\ng\nh;i;j,k,l\n", /commas and semicolons in the first rows/],
    ["a row too short", "a,b\nc,d\ne\n", /not a table: row 3 has 1 cell, those before it 2/],
    ["rows much longer than the header", "a,b\nc,d,e,f\n", /row 2 has 4 cells, the first 2/],
    ["a name column in a short header", "barcode,type\n1,a,T\n", /row 2 has 3 cells, the first 2/],
    ["separators at all ends but the header's", "x,type\na,T,\nb,B,\n", /row 2 has 3 cells, the first 2/],
    ["an open quote", `a,b\n"c,d\n${"e,f\n".repeat(20_000)}`, /not a table/],
  ])("with %s is refused", (_, text, found) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ tag: "FormatError", path: "table.csv", found: expect.stringMatching(found) }),
    );
  });
});
