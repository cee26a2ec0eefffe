import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
let folder = "";
const at = (name: string) => join(folder, name);

/** Two results, one of them with a report; something else beside them. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-index-"));
  const run = ["run", stores.spatial, "--reference", stores.reference];
  const made = await runCli([...run, "--out", at("a.zarr")], { withReport: true });
  expect(made.code, made.stderr).toBe(0);
  expect((await runCli([...run, "--out", at("b.h5ad"), "--method", "weighted", "--no-report"])).code).toBe(0);
  await cp(stores.spatial, at("section.zarr"), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function json(...args: string[]) {
  const { code, stdout } = await runCli([...args, "--json"]);
  expect(code, stdout).toBe(0);
  return JSON.parse(stdout);
}

describe("index", () => {
  it("shows all results of a folder on a page and in a table, and leaves out what is none", async () => {
    const { sections, index, table } = await json("index", folder);
    expect([index, table]).toEqual([at("index.html"), at("quality.csv")]);
    expect(sections.map(({ section }: { section: string }) => section)).toEqual(["a", "b"]);
    expect(sections[0]).toMatchObject({ method: "refined", converged: true });
    expect(sections[1]).toMatchObject({ method: "weighted" });
    expect(sections[0].spots).toBe(sections[1].spots);
    expect(sections[0].answered).toBeGreaterThan(0);
    expect(sections[0].median_counts).toBeGreaterThan(0);
    expect(sections[0].shared_genes).toBeGreaterThan(0);
    const page = await readFile(index, "utf8");
    expect(page).toContain('<a href="./a.report.html">a</a>');
    expect(page).not.toContain('href="./b.report.html"');
    const [header, ...rows] = (await readFile(table, "utf8")).trimEnd().split("\n");
    expect(header.split(",").slice(0, 4)).toEqual(["section", "reference", "reference_text", "spots"]);
    expect(rows.map((row) => row.split(",")[0])).toEqual(["a", "b"]);
    const told = await runCli(["index", folder]);
    expect(told.stderr).toContain("section.zarr is left out: it holds no result");
    // What it wrote itself is replaced, and nothing is left beside.
    expect((await readdir(folder)).sort()).toEqual(
      ["a.report.html", "a.zarr", "b.h5ad", "index.html", "quality.csv", "section.zarr"].sort(),
    );
  });

  it("shows the sections of a table alone, and says which are not in it or have no result", async () => {
    const list = join(await temporaryFolder(), "sections.tsv");
    await writeFile(list, "\ufeffname\tsection\toptions\r\na\t/x, y; z\r\n\r\nnew one\t/w\t--bin 8\r\n");
    const told = await json("index", folder, "--sections", list);
    expect(told).toMatchObject({ left_out: ["b", "section"], missing: ["new one"] });
    expect(told.sections.map(({ section }: { section: string }) => section)).toEqual(["a"]);
    const page = await readFile(told.index, "utf8");
    expect(page).toContain("<p>Without a result: new one</p>");
    expect(page).toContain("which are not shown: b, section</p>");
    expect((await readFile(told.table, "utf8")).trimEnd().split("\n")).toHaveLength(2);
    const { stderr } = await runCli(["index", folder, "--sections", list]);
    expect(stderr).toContain(`since ${list} does not name them: "b", "section"`);
    expect(stderr).toContain('Without a result: "new one".');
    await writeFile(list, "name\nb\n");
    expect(await json("index", folder, "--sections", list)).toMatchObject({
      missing: ["name"],
      left_out: ["a", "section"],
    });
    await writeFile(list, "c\n");
    const none = await runCli(["index", folder, "--sections", list]);
    expect({ code: none.code, stderr: none.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`of a section of ${list}`),
    });
    expect((await json("index", folder)).sections).toHaveLength(2);
  });

  it("refuses folders without a result, files of others, and URLs", async () => {
    const other = await temporaryFolder();
    expect((await runCli(["index", join(other, "none")])).code).toBe(2);
    const none = await runCli(["index", other]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("a folder that holds a result of flashdeconv");
    expect(await readdir(other)).toEqual([]);
    const wrong = await runCli(["index", folder, "--key", "mine"]);
    expect(wrong.stderr).toContain("a.zarr is left out: it holds the results flashdeconv, not mine.");
    expect(wrong.code).toBe(2);
    expect((await runCli(["index", "https://example.org/results"])).stderr).toContain("Give a path");
    for (const name of ["index.html", "quality.csv"]) {
      const own = await temporaryFolder();
      await mkdir(join(own, "results"));
      await cp(at("a.zarr"), join(own, "results", "a.zarr"), { recursive: true });
      await writeFile(join(own, "results", name), "mine\n");
      const taken = await runCli(["index", join(own, "results")]);
      expect(taken.code).toBe(2);
      expect(taken.stderr).toContain(name);
      expect((await readdir(join(own, "results"))).sort()).toEqual(["a.zarr", name].sort());
      expect(await readFile(join(own, "results", name), "utf8")).toBe("mine\n");
      await rm(own, { recursive: true });
    }
  });
});
