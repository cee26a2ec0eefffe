import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { relabelled, SMALL_TYPES, smallStores, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();

/** Cells of which every other one of a type is called otherwise. */
function twinCells(path: string, name = "twin"): Promise<string> {
  return writeCells(
    path,
    relabelled((own, before) => (own === SMALL_TYPES[0] && before % 2 === 0 ? name : own)),
  );
}

async function check(...args: string[]) {
  const { code, stdout, stderr } = await runCli(["check", ...args, "--json", "--quiet"]);
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout);
}

describe("check", () => {
  it("names a type that has two labels, and writes the merge that solve takes", async () => {
    const folder = await temporaryFolder();
    const cells = await twinCells(join(folder, "cells"));
    const merges = join(folder, "merges.json");
    const found = await check(cells, "--spatial", stores.spatial, "--out", merges);
    const [pair] = found.cannot_be_told_apart;
    expect(pair.types).toContain("twin");
    expect(pair.share).toBeGreaterThan(0.4);
    const others = found.cell_types.filter(({ name }: { name: string }) => !pair.types.includes(name));
    for (const { found: share } of others) expect(share).toBeGreaterThan(0.7);
    const written = JSON.parse(await readFile(merges, "utf8"));
    expect(Object.values(written)).toEqual([pair.types.toSorted()]);

    const stats = join(folder, "stats");
    const out = join(folder, "out");
    const inputs = ["run", stores.spatial, "--reference", cells];
    const ran = await runCli([...inputs, "--out", out, "--save-stats", stats, "--quiet", "--json"]);
    expect(ran.code, ran.stdout).toBe(0);
    const solved = await runCli([
      ...["solve", stats, "--merge-types", `@${merges}`, "--out", join(folder, "merged")],
      ...["--quiet", "--json"],
    ]);
    expect(solved.code, solved.stdout).toBe(0);
    const names = JSON.parse(solved.stdout).cell_types.map(({ name }: { name: string }) => name);
    expect(names).toContain(Object.keys(written)[0]);
    expect(names).not.toContain("twin");
  });

  it("says at which depth it judged, and what it did not look at", async () => {
    const own = await check(stores.reference);
    expect(own).toMatchObject({
      judged: true,
      spatial: null,
      depth: { of: "cells" },
      cannot_be_told_apart: [],
    });
    expect(own.not_checked.join()).toContain("--spatial");
    const asked = await check(stores.reference, "--depth", "30");
    expect(asked.depth).toMatchObject({ of: "option", median: 30 });
    const section = await check(stores.reference, "--spatial", stores.spatial);
    expect(section.depth.of).toBe("section");
    expect(section.depth.greatest).toBeGreaterThan(section.depth.least);
    const text = (await runCli(["check", stores.reference, "--depth", "30"])).stdout;
    expect(text).toMatch(/^Judged at 30 counts per spot$/m);
    expect(text).toMatch(/^Cannot be told apart at this depth: /m);
    expect(text).toMatch(/^ {2}cell type +cells +found +marker +fold change$/m);
  });

  it("gives the same twice", async () => {
    expect(await check(stores.reference, "--depth", "50")).toEqual(
      await check(stores.reference, "--depth", "50"),
    );
  });

  it("says of a table of means what cannot be judged, and names copies all the same", async () => {
    const folder = await temporaryFolder();
    const means = join(folder, "means.csv");
    await writeFile(means, "type,a,b,c\nA,9,1,2\nB,1,7,3\nAgain,9,1,2\n");
    const found = await check(means);
    expect(found).toMatchObject({ judged: false, depth: null, same_profile: [["A", "Again"]] });
    expect(found.not_checked.join()).toContain("takes single cells");
    expect(found.merges).toEqual([{ name: "A or Again", types: ["A", "Again"] }]);
    expect(found.cell_types[0]).toMatchObject({ name: "A", cell_count: null, found: null });
  });

  it("thinks of dropping labels that name no type, and types of a few cells", async () => {
    const folder = await temporaryFolder();
    const cells = await twinCells(join(folder, "cells"), "low quality");
    const { drop } = await check(cells);
    expect(drop).toContainEqual({ name: "low quality", reason: "names no cell type" });
    expect(drop.find(({ reason }: { reason: string }) => /^6 cells/.test(reason))).toBeDefined();
  });

  it.each([
    [["--depth", "0"], /option --depth: .*at least 1/],
    [["--depth", "x"], /option --depth: .*a number/],
    [["--layer", "counts"], /option --layer: .*--spatial/],
    [["--table", "t"], /option --table: .*--spatial/],
    [["--out", "merges.csv"], /option --out: .*\.json/],
    [["--spatial", "nowhere.zarr"], /nowhere/],
    [["--cell-type-key", "nothing"], /nothing/],
    [["--max-attempts", "3"], /option --max-attempts: .*a URL/],
  ])("refuses %s", async (args, message) => {
    const { code, stderr } = await runCli(["check", stores.reference, ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("refuses --depth beside --spatial, and options about cells with a table of means", async () => {
    const both = ["check", stores.reference, "--spatial", stores.spatial, "--depth", "9"];
    expect((await runCli(both)).stderr).toMatch(/option --depth: .*nothing with --spatial/);
    expect((await runCli(["check", "means.csv", "--labels", "a.csv"])).stderr).toMatch(
      /option --labels: .*table/,
    );
  });

  it("never replaces a file", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "mine.json");
    await writeFile(out, "mine");
    const { code, stderr } = await runCli(["check", stores.reference, "--out", out]);
    expect(code).toBe(2);
    expect(stderr).toContain("mine.json");
    expect(await readFile(out, "utf8")).toBe("mine");
  });

  it("leaves no file behind where it fails", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section"), {
      contents: (contents) => ({
        ...contents,
        geneNames: Array.from({ length: 120 }, (_, g) => `other${g}`),
      }),
    });
    const out = join(folder, "merges.json");
    const { code, stderr } = await runCli(["check", stores.reference, "--spatial", section, "--out", out]);
    expect(code, stderr).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

describe("--merge-types @file", () => {
  const solve = (value: string) =>
    runCli(["solve", "nowhere.zarr", "--out", "never.zarr", "--merge-types", value]);

  it("is refused by what is wrong with the file", async () => {
    const folder = await temporaryFolder();
    const file = async (text: string) => {
      await writeFile(join(folder, "merges.json"), text);
      return (await solve(`@${join(folder, "merges.json")}`)).stderr;
    };
    expect((await solve("@")).stderr).toMatch(/option --merge-types: .*path of a file/);
    expect((await solve(`@${join(folder, "none.json")}`)).stderr).toMatch(/none\.json/);
    expect((await solve(`@${folder}`)).code).toBe(2);
    expect(await file("{")).toMatch(/merges\.json.*a JSON object of lists/s);
    expect(await file('{"T": [}')).toMatch(/merges\.json.*JSON that cannot be taken: /s);
    expect(await file('{"T": ["A"], "T": ["B"]}')).toMatch(/merges\.json.*the name "T" comes twice/s);
    expect((await solve(`@${join(folder, "none.json")}`)).stderr).toContain("expected a JSON file");
    expect(await file("[]")).toMatch(/merges\.json.*a JSON object of lists/s);
    expect(await file('{"T": "A"}')).toMatch(/no list of type names for "T"/);
    expect(await file(`{"T": ["${"A".repeat(2 ** 24)}"]}`)).toMatch(/merges\.json/);
    // A good one is read before the store is looked for.
    expect(await file('{"T": ["A", "B"]}')).toMatch(/nowhere\.zarr/);
    // What check writes where there is nothing to merge.
    expect(await file("{}")).toMatch(/No merges in .*merges\.json: types stay as they are\..*nowhere\.zarr/s);
    expect((await solve("{}")).stderr).toMatch(/option --merge-types: .*at least one new name/);
  });

  it("of check goes into run and solve, also where there is nothing to merge", async () => {
    const folder = await temporaryFolder();
    const merges = join(folder, "merges.json");
    expect((await check(stores.reference, "--spatial", stores.spatial, "--out", merges)).merges).toEqual([]);
    const stats = join(folder, "stats");
    const csv = async (name: string, ...args: string[]) => {
      const out = join(folder, name);
      const { code, stderr } = await runCli([...args, "--out", out]);
      expect(code, stderr).toBe(0);
      return { text: await readFile(out, "utf8"), stderr };
    };
    const run = ["run", stores.spatial, "--reference", stores.reference];
    const plain = await csv("plain.csv", ...run, "--save-stats", stats);
    for (const [i, command] of [run, ["solve", stats]].entries()) {
      const merged = await csv(`merged-${i}.csv`, ...command, "--merge-types", `@${merges}`);
      expect(merged.text).toBe(plain.text);
      expect(merged.stderr).toContain(`No merges in ${merges}`);
    }
  });
});
