import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeNames } from "../src/internal.js";

/** Spellings that have gone wrong somewhere, and any text. */
const ODD = [
  "T",
  "t",
  "T/NK",
  "T_NK",
  "T\\NK",
  "T:NK",
  "B/",
  "/B",
  "a\\b",
  "_index",
  "_INDEX",
  ".",
  "..",
  "...",
  ".zarray",
  "zarr.json",
  "ZARR.JSON",
  "",
  " ",
  "T ",
  "T.",
  " T",
  "\0",
  "a\nb",
  "\u001b[31mT",
  "\u202eT",
  "\u2028",
  "\ufeffT",
  "\ue000number:1",
  "x".repeat(300),
  `${"x".repeat(300)}y`,
  "é".repeat(200),
  "é",
  "e\u0301",
  "É",
  "ß",
  "SS",
  "K",
  "\u212a",
  "dominant",
  "Dominant",
  "status",
  "type_dominant",
  "CON",
  "con",
  "nul.txt",
  "COM1",
  "Lpt9.x",
  "COM10",
  "__proto__",
  "constructor",
  "toString",
  "T_2",
  "t_2",
  "type_CON",
  "🧠",
  "👩‍🔬",
  "T|NK?",
  "T #2",
  "100%",
  "a%20b",
  "<T>",
];
const label = fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: "binary", maxLength: 40 }));
const labels = fc.uniqueArray(label, { maxLength: 60 });
const reserved = ["dominant", "status"];

describe("safeNames", () => {
  it("gives names that any file system tells apart and can store, whatever the labels", () => {
    fc.assert(
      fc.property(labels, (given) => {
        const names = safeNames(given, { reserved });
        // Case, and how accents are put together, tell no files apart everywhere.
        for (const fold of [
          (name: string) => name.toLowerCase(),
          (name: string) => name.toUpperCase(),
          (name: string) => name.normalize("NFC"),
          (name: string) => name.normalize("NFD").toLowerCase(),
          (name: string) => name.normalize("NFKC").toLowerCase(),
        ]) {
          expect(new Set(names.map(fold)).size).toBe(given.length);
        }
        for (const name of names) {
          expect(name).toMatch(/^[^\p{C}/\\<>:"|?*\u2028\u2029]+$|\p{Cn}/u);
          // Readers in pages join names as addresses: a `#` there would end the path.
          expect(decodeURIComponent(new URL(name, "file:///obsm/").pathname)).toBe(`/obsm/${name}`);
          expect(name).not.toMatch(/^[.\s]|[.\s]$|^__/);
          expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
          expect(["_index", "dominant", "status", "zarr.json"]).not.toContain(name.toLowerCase());
          expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(120);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order of the labels, and is stable: safe names stay as they are", () => {
    fc.assert(
      fc.property(labels, fc.nat(), (given, seed) => {
        const byLabel = new Map(safeNames(given).map((name, i) => [given[i], name]));
        const mixed = given.toSorted(
          (a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7) || (a < b ? 1 : -1),
        );
        expect(safeNames(mixed)).toEqual(mixed.map((one) => byLabel.get(one)));
        const again = [...byLabel.values()];
        expect(safeNames(again)).toEqual(again);
      }),
    );
  });

  it("is readable", () => {
    const pairs: [string, string][] = [
      ["CD4+ T cell (naïve)", "CD4+ T cell (naïve)"],
      ["T/NK", "T_NK"],
      ["eL2/3", "eL2_3"],
      ["B/", "B_"],
      ["a\\b", "a_b"],
      ["T #2", "T _2"],
      ["100%", "100_"],
      ["_index", "type__index"],
      [".", "unnamed"],
      ["", "unnamed"],
      ["\0", "unnamed"],
      ["dominant", "type_dominant"],
      ["CON", "type_CON"],
      ["__proto__", "type___proto__"],
      ["constructor", "constructor"],
      ["x".repeat(300), "x".repeat(120)],
      ["细胞", "细胞"],
    ];
    for (const [given, name] of pairs) expect(safeNames([given], { reserved })).toEqual([name]);
    expect(safeNames(["t", "T", "T_2", "T/NK", "T:NK", "T_NK"])).toEqual([
      "t_3",
      "T",
      "T_2",
      "T_NK_2",
      "T_NK_3",
      "T_NK",
    ]);
  });

  it("refuses what is not text, and the same label twice", () => {
    expect(() => safeNames(["\ud800"])).toThrow(/not Unicode/);
    expect(() => safeNames(["T", "T"])).toThrow(/twice/);
  });
});
