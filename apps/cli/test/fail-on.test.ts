import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CsrChunk } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { smallStores, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();

/** The reference with each gene under the name of another. */
const scrambled = (path: string) =>
  writeCells(path, {
    contents: (contents) => {
      const names = contents.geneNames as readonly string[];
      return { ...contents, geneNames: names.map((_, g) => names[(g + 41) % names.length]) };
    },
  });

/** Some rows with each gene's counts under the name of another. */
function scrambleRows(counts: CsrChunk, isChosen: (row: number) => boolean): CsrChunk {
  const { indptr, width } = counts;
  const [indices, values] = [counts.indices.slice(), counts.values.slice()];
  for (let row = 0; row < counts.spotCount; row++) {
    if (!isChosen(row)) continue;
    const [start, end] = [indptr[row], indptr[row + 1]];
    const entries = Array.from({ length: end - start }, (_, i) => ({
      gene: (counts.indices[start + i] + 41) % width,
      value: counts.values[start + i],
    })).sort((a, b) => a.gene - b.gene);
    for (const [i, { gene, value }] of entries.entries()) {
      indices[start + i] = gene;
      values[start + i] = value;
    }
  }
  return { ...counts, indices, values };
}

describe("a reference that does not describe the section", () => {
  it("is told first, with no word of types, and fails a script that asks for it", async () => {
    const wrong = await scrambled(join(stores.folder, "wrong.zarr"));
    const kept = join(stores.folder, "kept.zarr");
    const run = ["run", stores.spatial, "--reference", wrong, "--overwrite"];
    const out = join(stores.folder, "out.zarr");
    const plain = await runCli([...run, "--out", out, "--save-stats", kept]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(
      /^reference RED: The reference does not describe this section: .* Do not use/,
    );
    expect(plain.stdout).not.toMatch(/mean proportion|own optimum/);
    expect(plain.stdout).toMatch(/^200 spots: reference mismatch$/m);

    const failed = await runCli([...run, "--out", out, "--json", "--quiet", "--fail-on", "red"]);
    expect(failed.code).toBe(3);
    const told = JSON.parse(failed.stdout);
    expect(told.reference_score).toMatchObject({ level: "red" });
    expect(told.spot_statuses).toMatchObject({ ok: 0, "reference mismatch": 200 });
    expect(told.cell_types[0]).toMatchObject({ mean_proportion: null, dominant_spot_count: null });

    const again = ["solve", kept, "--out", join(stores.folder, "again.zarr"), "--json", "--quiet"];
    const solved = await runCli([...again, "--fail-on", "amber"]);
    expect(solved.code).toBe(3);
    expect(JSON.parse(solved.stdout).reference_score).toEqual(told.reference_score);
    const fewer = await runCli([...again, "--fail-on", "red", "--drop-type", "type_0", "--overwrite"]);
    expect(fewer.code).toBe(3);
    expect(JSON.parse(fewer.stdout).reference_score).toEqual(told.reference_score);
  });

  it("is not asked of types that were not scored: statistics without some of them", async () => {
    const [kept, out] = ["scored.zarr", "fewer.zarr"].map((name) => join(stores.folder, name));
    const run = ["run", stores.spatial, "--reference", stores.reference, "--overwrite"];
    const scored = await runCli([...run, "--out", out, "--save-stats", kept, "--json", "--quiet"]);
    expect(JSON.parse(scored.stdout).reference_score.level).not.toBe("red");
    const solve = ["solve", kept, "--out", out, "--overwrite", "--drop-type", "type_0"];
    const refused = await runCli([...solve, "--fail-on", "red"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/--fail-on: .* the reference is not scored/);
    const { code, stdout, stderr } = await runCli(solve);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/reference (GREEN|AMBER)/);
    expect(stderr).toMatch(/scored with those of the run/);
  });

  it("fails a script that finds the run finished, too", async () => {
    const wrong = await scrambled(join(stores.folder, "wrong-again.zarr"));
    for (const name of ["done.zarr", "done.csv", "done.parquet"]) {
      const out = join(stores.folder, name);
      const run = ["run", stores.spatial, "--reference", wrong, "--out", out, "--resume"];
      expect((await runCli(run)).code).toBe(0);
      const again = await runCli([...run, "--fail-on", "red"]);
      expect(again.code, name).toBe(3);
      expect(again.stdout).toMatch(/^reference RED: /);
    }
  });

  it("is not known of a result from before references were scored: that is said, and no script is told that all is well", async () => {
    const out = join(stores.folder, "old.zarr");
    const run = ["run", stores.spatial, "--reference", stores.reference, "--out", out, "--resume"];
    expect((await runCli(run)).code).toBe(0);
    const at = join(out, "uns/flashdeconv_params");
    await rm(join(at, "reference_score"), { recursive: true });
    await rm(join(out, ".zmetadata"), { force: true });
    const { code, stdout } = await runCli([...run, "--json"]);
    expect({ code, score: JSON.parse(stdout).reference_score }).toEqual({ code: 0, score: null });
    const asked = await runCli([...run, "--fail-on", "red"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/--fail-on: found .*old\.zarr, a result from before .*--overwrite/);
    const page = join(stores.folder, "old.html");
    expect((await runCli(["report", out, "--out", page])).code).toBe(0);
    expect(await readFile(page, "utf8")).toContain("was not measured in this result");
  });

  it("may be that of one section of a store alone: of its spots nothing is said", async () => {
    const codes = Int32Array.from({ length: 200 }, (_, spot) => spot % 2);
    const mixed = await writeSection(join(stores.folder, "mixed.zarr"), {
      counts: (counts) => scrambleRows(counts, (row) => codes[row] === 1),
      contents: (contents) => ({
        ...contents,
        obs: [{ kind: "categorical", name: "sample", codes, categories: ["sound", "wrong"] }],
      }),
    });
    const out = join(stores.folder, "mixed-out.zarr");
    const args = ["run", mixed, "--reference", stores.reference, "--section-key", "sample", "--out", out];
    const first = await runCli([...args, "--json", "--quiet", "--fail-on", "red"]);
    expect(first.code, first.stdout).toBe(3);
    const told = JSON.parse(first.stdout);
    expect(told.reference_score).toBeNull();
    expect(
      told.sections.map((one: { reference_score: { level: string } }) => one.reference_score.level),
    ).toEqual(["amber", "red"]);
    expect(told.spot_statuses).toMatchObject({ ok: 100, "reference mismatch": 100 });
    const inSpots = told.cell_types.map((one: { dominant_spot_count: number }) => one.dominant_spot_count);
    expect(inSpots.reduce((all: number, one: number) => all + one, 0)).toBe(100);
    const again = await runCli([...args, "--resume", "--fail-on", "red"]);
    expect(again.code).toBe(3);
    expect(again.stdout).toMatch(/^sound: reference AMBER: .*\n.*\nwrong: reference RED: /);
    const page = join(stores.folder, "mixed.html");
    expect((await runCli(["report", out, "--out", page])).code).toBe(0);
    const html = await readFile(page, "utf8");
    expect(html).toMatch(/wrong: Do not use\..*sound: Careful\./s);
    expect(html).toContain("Nothing is said of the types of 100 spots (50 %)");
  });

  it("is asked for by name: another level is refused before anything is read", async () => {
    const { code, stderr } = await runCli([
      "run",
      "none.zarr",
      "--reference",
      "none.zarr",
      "--fail-on",
      "yellow",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--fail-on.*red, amber/s);
  });
});

it("a sound reference fails no script", async () => {
  const out = join(stores.folder, "sound.zarr");
  const args = ["run", stores.spatial, "--reference", stores.reference, "--out", out, "--fail-on", "red"];
  const { code, stdout } = await runCli(args);
  // So small a section has too few counts for more.
  expect(stdout).toMatch(/^reference AMBER: There are too few counts to tell .* it explains 100%\./);
  expect(code).toBe(0);
});
