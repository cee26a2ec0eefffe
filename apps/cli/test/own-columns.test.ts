import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DenseChunk, isFlashdeconvError, memorySource } from "@flashdeconv/core";
import type { AnswerTable, Hierarchy } from "@flashdeconv/pipeline";
import {
  checkHierarchy,
  requireOwnColumns,
  resultContents,
  SET_TABLES,
  tablesOf,
} from "@flashdeconv/pipeline/internal";
import { refuseClash, tableShape, typesAmong } from "@flashdeconv/results/internal";
import type { SolverTable } from "@flashdeconv/solver";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { relabelled, SMALL_TYPES, smallStores, writeCells } from "./small-stores.js";

const stores = smallStores();

/** Words that the program's own names are made of, and some that a file name cannot have. */
const WORDS = [
  ...["flashdeconv", "barcode", "class", "score", "other", "first", "resolved", "level", "low", "high"],
  ...["cells", "status", "counts", "dominant", "entropy", "type", "z", "z/", "", "_"],
];
const phrase = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 })
  .map((all) => all.join("_"));
const name = fc.oneof(fc.constantFrom(...WORDS), phrase).filter((text) => text !== "");

function table(own: string, columns: AnswerTable["columns"], width: number): AnswerTable {
  const values: DenseChunk = {
    kind: "dense",
    spotStart: 0,
    spotCount: 1,
    width,
    values: new Float64Array(width),
  };
  return { name: own, dtype: "float64", columns, values: memorySource(values) };
}

/** All tables that a result can have. */
function allTables(
  typeNames: readonly string[],
  solver: readonly SolverTable[],
  tree: Hierarchy | undefined,
) {
  const ofTypes = (own: string) => table(own, "types", typeNames.length);
  const column = (own: string) => table(own, [own], 1);
  const levels = (tree?.levels ?? []).slice(1).map((level, i) => {
    const groups = [...new Set(tree?.rows.map((row) => row[i + 1]))];
    return table(level, groups, groups.length);
  });
  return [
    ofTypes("proportions"),
    ...["dominant", "status", "counts", "entropy"].map(column),
    ...["low", "high", "cells"].map(ofTypes),
    ...solver.map(({ name: own, columns }) =>
      columns === "types" ? ofTypes(own) : table(own, columns, columns.length),
    ),
    ...[...SET_TABLES, "resolved_level"].map((own) => ({ ...column(own), isColumn: true })),
    ...levels,
  ];
}

function isAccepted(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    expect(isFlashdeconvError(error), String(error)).toBe(true);
    return false;
  }
}

describe("columns of results", () => {
  it("have names of their own in every format, or are refused before the work", async () => {
    let accepted = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
        fc.option(
          fc.array(fc.tuple(name, fc.array(name, { minLength: 3, maxLength: 3 })), {
            minLength: 1,
            maxLength: 2,
          }),
        ),
        fc.option(
          fc.tuple(
            name,
            fc.oneof(fc.constant("types" as const), fc.uniqueArray(name, { minLength: 1, maxLength: 2 })),
          ),
        ),
        fc.constantFrom("flashdeconv", "z", "low", "first_z"),
        async (typeNames, levels, ofSolver, key) => {
          const hierarchy = levels && {
            levels: ["type", ...levels.map(([level]) => level)],
            rows: typeNames.map((type, k) => [type, ...levels.map(([, groups]) => groups[k])]),
          };
          const solver = ofSolver ? [{ name: ofSolver[0], columns: ofSolver[1] }] : [];
          const isForm = isAccepted(() => {
            if (hierarchy) checkHierarchy(hierarchy);
            tablesOf({ name: "own", tables: () => solver }, {});
          });
          if (!isForm) return;
          const names = { typeNames, hierarchy: hierarchy ?? undefined, solverTables: solver, key };
          if (!isAccepted(() => requireOwnColumns(names))) {
            refused++;
            return;
          }
          accepted++;
          const tables = allTables(typeNames, solver, names.hierarchy);
          const description = {
            spotCount: 1,
            spotNames: ["s"],
            typeNames,
            signature: {},
            parameters: {},
            notices: [],
          };
          const { obs = [], obsm = {} } = await resultContents(tables, description, {
            key,
            obsColumns: true,
          });
          expect(new Set(obs.map(({ name: own }) => own.toLowerCase())).size).toBe(obs.length);
          expect(obs).toHaveLength(4 + SET_TABLES.length + 1 + typeNames.length);
          expect(Object.keys(obsm)).toHaveLength(4 + solver.length + (levels?.length ?? 0));
          if (!isAccepted(() => refuseClash(typeNames, key))) return;
          const stored = tables.map((own) => ({
            ...own,
            columns:
              (own.columns === "types" ? undefined : obsm[`${key}_${own.name}`]?.storedNames) ?? own.columns,
          }));
          for (const file of [tables, stored]) {
            const { barcode, parts } = tableShape(file, typeNames, key);
            const all = [barcode, ...parts.flatMap(({ columnNames }) => columnNames)];
            expect(new Set(all).size).toBe(all.length);
            expect(typesAmong(all)).toEqual(typeNames);
          }
        },
      ),
      { numRuns: 3000 },
    );
    // Both happen.
    expect(Math.min(accepted, refused)).toBeGreaterThan(10);
  });

  it("of one name are never written to a file", () => {
    const tables = [...allTables(["A", "B"], [], undefined), table("other", ["first"], 1)];
    expect(() => tableShape(tables, ["A", "B"], "mine")).toThrow(/two columns "mine_other_first"/);
  });

  it("and tables of one name are never written to a store", async () => {
    const tables = [...allTables(["A"], [], undefined), table("Cells", ["x"], 1)];
    const description = {
      spotCount: 1,
      spotNames: ["s"],
      typeNames: ["A"],
      signature: {},
      parameters: {},
      notices: [],
    };
    await expect(resultContents(tables, description, {})).rejects.toThrow(
      /"Cells", expected tables whose names differ/,
    );
  });

  it.each([
    [
      "class",
      "score",
      [],
      /the group "score" of the level "class", .*"<key>_class_score" is what results call class_score/,
    ],
    ["resolved", "level", [], /what results call resolved_level/],
    ["other", "first", ["--max-types", "2"], /what results call other_first/],
    ["low_class", "z", ["--intervals"], /"flashdeconv_low_class_z" is the type "class_z" in the table low/],
  ])("are refused by run and solve for a level %s with a group %s", async (level, group, more, message) => {
    const folder = await temporaryFolder();
    const [first, second, third, fourth] = SMALL_TYPES;
    const cells = await writeCells(
      join(folder, "cells.zarr"),
      relabelled((own) => (own === first ? "class_z" : own)),
    );
    const tree = join(folder, "tree.csv");
    await writeFile(tree, `type,${level}\nclass_z,${group}\n${second},${group}\n${third},b\n${fourth},b\n`);
    const told = new RegExp(message.source.replace("<key>", "flashdeconv"));
    const stats = join(folder, "stats.zarr");
    const given = ["run", stores.spatial, "--reference", cells];
    const kept = await runCli([...given, "--out", join(folder, "kept.zarr"), "--save-stats", stats]);
    expect(kept.code, kept.stderr).toBe(0);
    for (const end of ["zarr", "csv", "parquet", "arrow", "h5ad"]) {
      const out = join(folder, `out.${end}`);
      const ran = await runCli([...given, "--hierarchy", tree, ...more, "--out", out]);
      expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(told)]);
      expect(ran.stderr).toContain("option --hierarchy: ");
      const solved = await runCli(["solve", stats, "--hierarchy", tree, "--out", out]);
      expect([solved.code, solved.stderr]).toEqual([2, expect.stringMatching(told)]);
      expect(existsSync(out)).toBe(false);
    }
  });

  it("are refused for a key that makes one of them a type", async () => {
    const folder = await temporaryFolder();
    const cells = await writeCells(
      join(folder, "cells.zarr"),
      relabelled((own) => (own === SMALL_TYPES[0] ? "T_status" : own)),
    );
    for (const end of ["zarr", "h5ad", "csv"]) {
      const out = join(folder, `out.${end}`);
      const given = ["run", stores.spatial, "--reference", cells, "--key-added", "T", "--out", out];
      const { code, stderr } = await runCli(given);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/option --key-added: .*"T_status"/)]);
    }
  });
});
