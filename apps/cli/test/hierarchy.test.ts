import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readColumn, readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { mergesInOneStep } from "@flashdeconv/pipeline/internal";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { meanCounts, SMALL_TYPES, smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();
const [first, second, third, fourth] = SMALL_TYPES;
const TREE = `type,class,lineage\n${first},one,Upper\n${second},one,Upper\n${third},"a/b",Upper\n${fourth},four,Lower\n`;

async function treeIn(folder: string, text = TREE, name = "tree.csv"): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

async function succeed(...args: string[]) {
  const { code, stdout, stderr } = await runCli([...args, "--quiet", "--json"]);
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout);
}

const run = (out: string, ...args: string[]) =>
  succeed("run", stores.spatial, "--reference", stores.reference, "--out", out, ...args);

/** The table of a level, and the sums that it should have, from a CSV. */
async function levelsIn(csv: string, level: string, groups: Readonly<Record<string, readonly string[]>>) {
  const [header, ...rows] = (await readFile(csv, "utf8"))
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const column = (row: string[], name: string) => Number(row[header.indexOf(name)]);
  for (const row of rows) {
    for (const [group, types] of Object.entries(groups)) {
      const sum = types.reduce((all, type) => all + column(row, type), 0);
      expect(Math.abs(column(row, `flashdeconv_${level}_${group}`) - sum)).toBeLessThan(1e-6);
    }
  }
  return { header, rows };
}

const CLASSES = { one: [first, second], "a/b": [third], four: [fourth] };

describe("--hierarchy", () => {
  it("adds sums at every level to files, stores and exports alike", async () => {
    const folder = await temporaryFolder();
    const tree = await treeIn(folder);
    const csv = join(folder, "out.csv");
    await run(csv, "--hierarchy", tree);
    const { header, rows } = await levelsIn(csv, "class", CLASSES);
    await levelsIn(csv, "lineage", { Upper: [first, second, third], Lower: [fourth] });
    expect(new Set(rows.map((row) => row[header.indexOf("flashdeconv_resolved_level")]))).toEqual(
      new Set(["type"]),
    );

    const zarr = join(folder, "out.zarr");
    await run(zarr, "--hierarchy", tree);
    const store = await openStore(zarr);
    const { columnNames } = await readObsm(store, "flashdeconv_class");
    expect(columnNames).toHaveLength(3);
    expect(await readColumn(store, "obs/flashdeconv_resolved_level")).toMatchObject({
      kind: "categorical",
      categories: ["type", "class", "lineage", "none"],
    });
    const exported = join(folder, "exported.csv");
    await succeed("export", zarr, exported);
    const [one, other] = await Promise.all([csv, exported].map((path) => readFile(path, "utf8")));
    // A store holds the name of a group as a file may be called.
    expect(other.replaceAll("flashdeconv_class_a_b", "flashdeconv_class_a/b")).toBe(one);
    await succeed("export", zarr, join(folder, "out.h5ad"));
    const h5ad = join(folder, "from-h5ad.csv");
    await succeed("export", join(folder, "out.h5ad"), h5ad);
    expect(await readFile(h5ad, "utf8")).toBe(other);
  });

  it("says in one line how many spots are resolved to which level", async () => {
    const folder = await temporaryFolder();
    const tree = ["--hierarchy", await treeIn(folder), "--no-report"];
    const told = await run(join(folder, "out.csv"), ...tree);
    const names = ["type", "class", "lineage", "none"];
    expect(told.resolved_levels.map(({ name }: { name: string }) => name)).toEqual(names);
    const [own, ...coarser] = told.resolved_levels.map(
      ({ spot_count: count }: { spot_count: number }) => count,
    );
    expect({ own, coarser }).toEqual({ own: told.spot_count, coarser: [0, 0, 0] });
    const args = ["run", stores.spatial, "--reference", stores.reference, "--out", join(folder, "two.csv")];
    const { stdout } = await runCli([...args, ...tree]);
    expect(stdout).toContain(`spots resolved down to: ${told.spot_count} type, 0 class, 0 lineage, 0 none\n`);
    expect((await run(join(folder, "plain.csv"))).resolved_levels).toBeNull();
  });

  it("is shown in the report, with which types can be told apart", async () => {
    const folder = await temporaryFolder();
    const tree = await treeIn(folder);
    const zarr = join(folder, "out.zarr");
    await run(zarr, "--hierarchy", tree);
    await succeed("report", zarr);
    const html = await readFile(join(folder, "out.report.html"), "utf8");
    expect(html).toMatch(/<h3>By level<\/h3>.* a\/b<\/th>/s);
    expect(html).toContain("Down to which level spots are resolved");
    expect(html).toContain("All types that could be tried can be told apart");
    expect(html).toMatch(/<th scope="col">found<\/th><th scope="col">told apart down to<\/th>/);
  });

  it("goes into the section's own store, and out of it with the next run", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section.zarr"));
    const inPlace = ["run", section, "--reference", stores.reference, "--in-place"];
    await succeed(...inPlace, "--hierarchy", await treeIn(folder));
    expect((await readObsm(await openStore(section), "flashdeconv_lineage")).columnNames).toEqual([
      "Lower",
      "Upper",
    ]);
    await succeed(...inPlace);
    await expect(readObsm(await openStore(section), "flashdeconv_lineage")).rejects.toThrow();
    await expect(readColumn(await openStore(section), "obs/flashdeconv_resolved_level")).rejects.toThrow();
  });

  it("solves kept statistics, also merged to a level", async () => {
    const folder = await temporaryFolder();
    const tree = await treeIn(folder);
    const stats = join(folder, "stats.zarr");
    const csv = join(folder, "run.csv");
    await run(csv, "--hierarchy", tree, "--save-stats", stats);
    const solved = join(folder, "solved.csv");
    await succeed("solve", stats, "--hierarchy", tree, "--out", solved);
    expect(await readFile(solved, "utf8")).toBe(await readFile(csv, "utf8"));
    const merged = join(folder, "class.csv");
    const { cell_types: types } = await succeed(
      "solve",
      stats,
      "--hierarchy",
      tree,
      "--level",
      "class",
      "--out",
      merged,
    );
    expect(types.map(({ name }: { name: string }) => name).toSorted()).toEqual(["a/b", "four", "one"]);
    await levelsIn(merged, "lineage", { Upper: ["one", "a/b"], Lower: ["four"] });
    const top = join(folder, "top.csv");
    const { cell_types: two } = await run(top, "--hierarchy", tree, "--level", "lineage");
    expect(two.map(({ name }: { name: string }) => name).toSorted()).toEqual(["Lower", "Upper"]);
    expect(await readFile(top, "utf8")).not.toContain("resolved_level");
  });

  it("is of statistics whose types a run has taken together too, to the same bits", async () => {
    const folder = await temporaryFolder();
    const tree = await treeIn(folder);
    const both = JSON.stringify({ both: [first, second] });
    const kept = async (name: string, ...args: string[]) => {
      const [stats, out] = [join(folder, `${name}.stats.zarr`), join(folder, `${name}.csv`)];
      await run(out, "--hierarchy", tree, "--save-stats", stats, ...args);
      return { stats, text: await readFile(out, "utf8") };
    };
    const solve = async (stats: string, ...args: string[]) => {
      const out = join(folder, "solved.csv");
      await succeed("solve", stats, "--out", out, "--overwrite", ...args);
      return readFile(out, "utf8");
    };
    const merged = await kept("merged", "--merge-types", both);
    expect(await solve(merged.stats, "--hierarchy", tree)).toBe(merged.text);
    // As it was always taken: of the types that came of the merge.
    const own = await treeIn(
      folder,
      TREE.replace(`${second},one,Upper\n`, "").replace(first, "both"),
      "own.csv",
    );
    expect(await solve(merged.stats, "--hierarchy", own)).toBe(merged.text);
    const leveled = await kept("leveled", "--level", "class");
    expect(await solve(leveled.stats, "--hierarchy", tree, "--level", "class")).toBe(leveled.text);
    const all = await solve(leveled.stats, "--hierarchy", tree);
    expect(all).toContain("flashdeconv_lineage_Upper");
    // What is taken together again is told as one step, of the reference's types.
    expect(mergesInOneStep({ both: [first, second] }, { upper: ["both", third] })).toEqual({
      upper: [first, second, third],
    });
    // Types of different groups, taken together by a run without the hierarchy.
    const apart = join(folder, "apart.zarr");
    const wrong = JSON.stringify({ both: [first, fourth] });
    await run(join(folder, "apart.csv"), "--merge-types", wrong, "--save-stats", apart);
    const out = join(folder, "never.csv");
    const { code, stderr } = await runCli(["solve", apart, "--hierarchy", tree, "--out", out]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/option --hierarchy: .*types of one group/)]);
    const lacking = await treeIn(folder, TREE.replace(`${first},one,Upper\n`, ""), "lacking.csv");
    const less = await runCli(["solve", merged.stats, "--hierarchy", lacking, "--out", out]);
    expect([less.code, less.stderr]).toEqual([2, expect.stringContaining(`none for "${first}"`)]);
  });

  it("is part of what a finished run is known by", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out.zarr");
    const tree = await treeIn(folder);
    await run(out, "--hierarchy", tree);
    const again = ["run", stores.spatial, "--reference", stores.reference, "--out", out, "--resume"];
    expect(await succeed(...again, "--hierarchy", tree)).toMatchObject({ already_done: true });
    const other = await treeIn(folder, TREE.replace("Lower", "Other"), "other.csv");
    expect((await runCli([...again, "--hierarchy", other])).code).toBe(2);
    expect((await runCli(again)).code).toBe(2);
  });

  it("follows merges and types that are left out", async () => {
    const folder = await temporaryFolder();
    const tree = await treeIn(folder);
    const merge = JSON.stringify({ both: [first, second] });
    const csv = join(folder, "merged.csv");
    await run(csv, "--hierarchy", tree, "--merge-types", merge);
    await levelsIn(csv, "class", { one: ["both"], four: [fourth] });
    const apart = ["run", stores.spatial, "--reference", stores.reference, "--out", join(folder, "x.csv")];
    const wrong = JSON.stringify({ both: [first, fourth] });
    const { code, stderr } = await runCli([...apart, "--hierarchy", tree, "--merge-types", wrong]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/option --hierarchy: .*types of one group/)]);
  });

  it.each([
    ["no.csv", undefined, /no\.csv/],
    ["tree.json", "{}", /option --hierarchy: .*\.csv/],
    ["tree.csv", "", /option --hierarchy: .*a level above/],
    ["tree.csv", "type\nA\n", /tree\.csv/],
    ["tree.csv", TREE.replace(`${first},one,Upper\n`, ""), /option --hierarchy: .*a row for every type/],
    [
      "tree.csv",
      TREE.slice(TREE.indexOf("\n") + 1).replace("one,Upper", "some,Upper"),
      /option --hierarchy: found "[^"]+, some, Upper", expected names of levels in the first row, .* is a type of/,
    ],
    ["tree.csv", "CD4 T,T\nCD8 T,T\n", /option --hierarchy: .*a first row that is a type's needs/],
    ["tree.csv", `${TREE}new,one,Upper\n`, /option --hierarchy: .*no such type/],
    ["tree.csv", `${TREE}${first},one,Upper\n`, /option --hierarchy: .*each type once/],
    [
      "tree.csv",
      TREE.replace("one,Upper", "one,Lower"),
      /option --hierarchy: .*one group of the level lineage/,
    ],
    ["tree.csv", TREE.replace("class", "counts"), /option --hierarchy: .*names of levels/],
    [
      "tree.csv",
      TREE.replace("four,Lower", `${first},Lower`),
      /option --hierarchy: .*same types at every level/,
    ],
    ["tree.csv", `${TREE}x,y\n`, /tree\.csv/],
  ])("refuses %s: %j", async (name, text, message) => {
    const folder = await temporaryFolder();
    const tree = text === undefined ? join(folder, name) : await treeIn(folder, text, name);
    const out = join(folder, "never.zarr");
    const { code, stderr } = await runCli([
      ...["run", stores.spatial, "--reference", stores.reference, "--out", out],
      ...["--hierarchy", tree],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    const solved = await runCli(["solve", "nowhere.zarr", "--out", out, "--hierarchy", tree]);
    expect(solved.code).toBe(2);
  });

  it("is needed for --level, which names one of its levels", async () => {
    const folder = await temporaryFolder();
    const inputs = [
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--out",
      join(folder, "never.csv"),
    ];
    expect((await runCli([...inputs, "--level", "class"])).stderr).toMatch(/option --level: .*--hierarchy/);
    const tree = await treeIn(folder);
    expect((await runCli([...inputs, "--hierarchy", tree, "--level", "order"])).stderr).toMatch(
      /option --level: .*type, class, lineage/,
    );
  });
});

describe("run --merge-types", () => {
  it("takes types of cells and of means together", async () => {
    const folder = await temporaryFolder();
    const merge = JSON.stringify({ both: [first, second] });
    const names = ({ cell_types: types }: { cell_types: { name: string }[] }) =>
      types.map(({ name }) => name).toSorted();
    expect(names(await run(join(folder, "cells.csv"), "--merge-types", merge))).toEqual(
      ["both", third, fourth].toSorted(),
    );
    const { typeNames, geneNames, values } = await meanCounts();
    const lines = typeNames.map((name, k) =>
      [name, ...values.subarray(k * geneNames.length, (k + 1) * geneNames.length)].join(","),
    );
    await writeFile(join(folder, "means.csv"), [["type", ...geneNames].join(","), ...lines].join("\n"));
    const means = [
      "run",
      stores.spatial,
      "--reference",
      join(folder, "means.csv"),
      "--out",
      join(folder, "means-out.csv"),
    ];
    expect(names(await succeed(...means, "--merge-types", merge))).toEqual(
      ["both", third, fourth].toSorted(),
    );
    const unknown = await runCli([...means, "--overwrite", "--merge-types", '{"x": ["nobody"]}']);
    expect(unknown.stderr).toMatch(/option --merge-types: .*nobody/);
  });
});
