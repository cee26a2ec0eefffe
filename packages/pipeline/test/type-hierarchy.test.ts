import { collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import type { AnswerTable, Deconvolution } from "../src/contracts/answers.js";
import type { Hierarchy } from "../src/contracts/hierarchy.js";
import type { SectionSummary } from "../src/contracts/summary.js";
import { deconvolve } from "../src/deconvolve.js";
import { deconvolveDivided } from "../src/deconvolve-divided.js";
import { solveSummary } from "../src/solve-summary.js";
import { recombineTypes } from "../src/stages/keep/recombine-types.js";
import { mergeReference } from "../src/stages/reference/merge-reference.js";
import {
  changeHierarchy,
  checkHierarchy,
  requireHierarchyOf,
  solveAtLevel,
} from "../src/stages/types/hierarchy.js";
import { levelTables } from "../src/stages/types/level-tables.js";

const TISSUE = simulateTissue({ spotCount: 150, geneCount: 200, typeCount: 5, depth: 400, cellsPerType: 20 });
const coordinates = {
  dimension: 2 as const,
  values: (await collect(TISSUE.coordinates)).values as Float64Array,
};
const spatial = {
  counts: TISSUE.counts,
  geneNames: TISSUE.geneNames,
  readCoordinates: async () => coordinates,
};
const { reference } = TISSUE;
const [a, b, c, d, e] = reference.cellTypes.names;
const TREE: Hierarchy = {
  levels: ["type", "class", "lineage"],
  rows: [
    [a, "one", "Upper"],
    [b, "one", "Upper"],
    [c, "two/three", "Upper"],
    [d, "four", "Lower"],
    [e, "four", "Lower"],
  ],
};

async function tableOf(result: Deconvolution, name: string) {
  const table = result.tables.find((one) => one.name === name) as AnswerTable;
  return { table, values: (await collect(table.values)).values };
}

/** Looks whether the tables of all levels are sums of the proportions. */
async function expectSums(result: Deconvolution, { levels, rows }: Hierarchy) {
  const proportions = (await collect(result.proportions)).values;
  const width = result.typeNames.length;
  for (const [i, level] of levels.slice(1).entries()) {
    const { table, values } = await tableOf(result, level);
    const groups = table.columns as readonly string[];
    for (let spot = 0; spot < result.spotCount; spot++) {
      for (const [g, group] of groups.entries()) {
        let sum = 0;
        for (const [k, type] of result.typeNames.entries()) {
          if (rows.find((row) => row[0] === type)?.[i + 1] === group) sum += proportions[spot * width + k];
        }
        expect(Math.abs(values[spot * groups.length + g] - sum)).toBeLessThan(1e-6);
      }
    }
  }
}

describe("a hierarchy", () => {
  const faults: [string, Hierarchy, RegExp][] = [
    ["one level", { levels: ["type"], rows: [["A"]] }, /a level above/],
    [
      "a level of another table's name",
      { levels: ["type", "counts"], rows: [["A", "x"]] },
      /names of levels/,
    ],
    ["a level with a blank", { levels: ["type", "my class"], rows: [["A", "x"]] }, /names of levels/],
    ...["low", "high", "cells", "Status"].map((level): [string, Hierarchy, RegExp] => [
      `a level called ${level}`,
      { levels: ["type", level], rows: [["A", "x"]] },
      /names of levels/,
    ]),
    ["a level twice", { levels: ["type", "x", "X"], rows: [["A", "x", "y"]] }, /names of levels/],
    [
      "a type twice",
      {
        levels: ["type", "class"],
        rows: [
          ["A", "x"],
          ["A", "x"],
        ],
      },
      /each type once/,
    ],
    ["a gap", { levels: ["type", "class"], rows: [["A", ""]] }, /a name at each of the levels/],
    ["a row too short", { levels: ["type", "class"], rows: [["A"]] }, /a name at each of the levels/],
    [
      "a group in two",
      {
        levels: ["type", "c", "l"],
        rows: [
          ["A", "x", "1"],
          ["B", "x", "2"],
        ],
      },
      /one group of the level l/,
    ],
    [
      "a circle",
      {
        levels: ["type", "class"],
        rows: [
          ["A", "B"],
          ["B", "A"],
        ],
      },
      /same types at every level/,
    ],
  ];
  it.each(faults)("is refused for %s", (_, hierarchy, message) => {
    expect(() => checkHierarchy(hierarchy)).toThrow(message);
  });

  it("may call a type and its only group alike", () => {
    checkHierarchy({
      levels: ["type", "class"],
      rows: [
        ["Microglia", "Microglia"],
        ["A", "x"],
      ],
    });
  });

  it("has a row for each type of the reference, and no other", () => {
    expect(() => requireHierarchyOf(TREE, [a, b, c, d, e, "new"])).toThrow(/none for "new"/);
    expect(() => requireHierarchyOf(TREE, [a, b, c, d])).toThrow(/no such type/);
    requireHierarchyOf(TREE, [e, d, c, b, a]);
  });

  it("follows types that are left out, or taken together within one group", () => {
    const changed = changeHierarchy(TREE, { drop: [c], merge: { ab: [a, b] } });
    expect(changed.rows).toEqual([
      ["ab", "one", "Upper"],
      [d, "four", "Lower"],
      [e, "four", "Lower"],
    ]);
    expect(() => changeHierarchy(TREE, { merge: { ad: [a, d] } })).toThrow(/types of one group/);
  });

  it("is cut at a level", () => {
    const { merge, hierarchy } = solveAtLevel(TREE, "class");
    expect(merge).toEqual({ one: [a, b], "two/three": [c], four: [d, e] });
    expect(hierarchy).toEqual({
      levels: ["class", "lineage"],
      rows: [
        ["one", "Upper"],
        ["two/three", "Upper"],
        ["four", "Lower"],
      ],
    });
    expect(solveAtLevel(TREE, "lineage").hierarchy).toBeUndefined();
    expect(solveAtLevel(TREE, "type")).toEqual({ merge: {}, hierarchy: TREE });
    expect(() => solveAtLevel(TREE, "order")).toThrow(/a level of the hierarchy: type, class, lineage/);
  });
});

describe("levels of a result", () => {
  let summary: SectionSummary | undefined;
  const run = () =>
    deconvolve(
      spatial,
      reference,
      { hierarchy: TREE },
      {
        onSummary: (made) => {
          summary = made;
        },
      },
    );

  it("are sums of the proportions, and say how far down each spot is resolved", async () => {
    const result = await run();
    await expectSums(result, TREE);
    const { table, values } = await tableOf(result, "resolved_level");
    expect(table.categories).toEqual(["type", "class", "lineage", "none"]);
    expect(new Set(values)).toEqual(new Set([0]));
    expect(result.parameters.type_levels).toEqual(["type", "type", "type", "type", "type"]);
  });

  it("are the same from kept statistics", async () => {
    const first = await run();
    const again = await solveSummary(summary as SectionSummary, { hierarchy: TREE });
    for (const name of ["class", "lineage", "resolved_level"]) {
      expect((await tableOf(again, name)).values).toEqual((await tableOf(first, name)).values);
    }
    expect(() =>
      solveSummary(summary as SectionSummary, { hierarchy: { ...TREE, rows: TREE.rows.slice(1) } }),
    ).toThrow(/a row for every type/);
  });

  it("are solved merged, with the levels above", async () => {
    await run();
    const { merge, hierarchy } = solveAtLevel(TREE, "class");
    const merged = recombineTypes(summary as SectionSummary, { merge });
    const result = await solveSummary(merged, { hierarchy });
    expect(result.typeNames).toEqual(["four", "one", "two/three"]);
    await expectSums(result, hierarchy as Hierarchy);
    expect((await tableOf(result, "resolved_level")).table.categories).toEqual(["class", "lineage", "none"]);
    const direct = await deconvolve(spatial, mergeReference(reference, merge), { hierarchy });
    await expectSums(direct, hierarchy as Hierarchy);
    expect(direct.typeNames).toEqual(result.typeNames);
  });

  it("stop where types cannot be told apart: two labels of one type are given at their group", async () => {
    const { codes, names } = reference.cellTypes;
    const twins = codes.map((code, cell) =>
      code === 0 && (Math.imul(cell + 1, 2654435761) >>> 13) % 2 === 0 ? 5 : code,
    );
    const cells = { ...reference, cellTypes: { codes: twins, names: [...names, "twin"] } };
    const hierarchy = { ...TREE, rows: [...TREE.rows, ["twin", "one", "Upper"]] };
    const result = await deconvolve(spatial, cells, { hierarchy });
    const { values } = await tableOf(result, "resolved_level");
    const proportions = (await collect(result.proportions)).values;
    const columns = [a, "twin"].map((name) => result.typeNames.indexOf(name));
    for (let spot = 0; spot < result.spotCount; spot++) {
      const shares = columns.map((k) => proportions[spot * result.typeNames.length + k]);
      if (Math.max(...shares) >= 0.05) expect(values[spot]).toBe(1);
      if (Math.max(...shares) < 0.05) expect(values[spot]).toBe(0);
    }
    expect(new Set(values)).toEqual(new Set([0, 1]));
    const notice = result.notices.find(({ code }) => code === "confused-types");
    expect(notice?.message).toContain("{ mergeTypes: {");
    expect(notice?.message).toContain('"twin"');
    const found = result.parameters.types_found as Float64Array;
    expect(found).toHaveLength(result.typeNames.length);
    for (const [k, share] of found.entries()) {
      if (columns.includes(k)) expect(share).toBeLessThan(0.75);
      else expect(share).toBeGreaterThan(0.75);
    }
  });

  it("are joined over several sections", async () => {
    const codes = Int32Array.from({ length: 150 }, (_, spot) => (spot < 80 ? 0 : 1));
    const divided = { ...spatial, sections: { codes, names: ["upper", "lower"] } };
    const result = await deconvolveDivided(divided, reference, { hierarchy: TREE });
    await expectSums(result, TREE);
    expect(new Set((await tableOf(result, "resolved_level")).values)).toEqual(new Set([0]));
  });

  it("are not resolved with means alone, which is told", async () => {
    const signature = {
      typeNames: ["A", "B"],
      geneNames: TISSUE.geneNames.slice(0, 4),
      values: Float64Array.of(9, 1, 0, 2, 0, 1, 8, 2),
    };
    const hierarchy = {
      levels: ["type", "class"],
      rows: [
        ["A", "all"],
        ["B", "all"],
      ],
    };
    const result = await deconvolve(spatial, signature, { hierarchy });
    await expectSums(result, hierarchy);
    expect(result.tables.map(({ name }) => name)).not.toContain("resolved_level");
    expect(result.notices.map(({ code }) => code)).toContain("levels-not-tried");
  });

  it("are NaN, and no level, for a spot without an answer", async () => {
    const values = Float32Array.of(0.25, 0.75, Number.NaN, Number.NaN);
    const proportions = memorySource<DenseChunk>({
      kind: "dense",
      spotStart: 0,
      spotCount: 2,
      width: 2,
      values,
    });
    const tables = levelTables({
      hierarchy: {
        levels: ["type", "class"],
        rows: [
          ["A", "all"],
          ["B", "all"],
        ],
      },
      confusion: { typeNames: ["A", "B"], isJudged: [true, true], strata: [] },
      typeNames: ["A", "B"],
      proportions,
      counts: Float32Array.of(5, 0),
      dtype: "float32",
    });
    expect((await collect(tables[0].values)).values).toEqual(Float32Array.of(1, Number.NaN));
    // Nothing was tried.
    expect((await collect(tables[1].values)).values).toEqual(Float32Array.of(2, -1));
  });
});

describe("a merged reference", () => {
  it("has the cells of both types, or the mean by their cells", async () => {
    const merged = mergeReference(reference, { ab: [a, b] });
    if (!("cellTypes" in merged)) throw new Error("no cells");
    const { codes, names } = merged.cellTypes;
    const count = (code: number) => codes.filter((one) => one === code).length;
    expect(count(names.indexOf("ab"))).toBe(40);
    const means = {
      typeNames: ["A", "B", "C"],
      geneNames: ["x"],
      values: Float64Array.of(1, 4, 9),
      cellCounts: Int32Array.of(2, 1, 5),
    };
    expect(mergeReference(means, { AB: ["A", "B"] })).toEqual({
      typeNames: ["AB", "C"],
      geneNames: ["x"],
      values: Float64Array.of(2, 9),
      cellCounts: Int32Array.of(3, 5),
    });
    const { cellCounts: _, ...alone } = means;
    expect(mergeReference(alone, { AB: ["A", "B"] })).toMatchObject({ values: Float64Array.of(2.5, 9) });
    expect(() => mergeReference(means, { AB: ["A", "Z"] })).toThrow(/option merge/);
    expect(() => mergeReference(means, { C: ["A", "B"] })).toThrow(/option merge/);
  });
});
