import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
const run = (out: string, ...flags: string[]) =>
  runCli(["run", stores.spatial, "--reference", stores.reference, "--out", out, ...flags], {
    withReport: true,
  });

it("a run leaves a report beside its result, which the command makes again from the store", async () => {
  const folder = await temporaryFolder();
  const out = join(folder, "result.zarr");
  const { code, stdout } = await run(out);
  expect(code).toBe(0);
  const page = join(folder, "result.report.html");
  expect(stdout).toContain(`Report, for a browser: ${page}`);
  expect((await readdir(folder)).sort()).toEqual(["result.report.html", "result.zarr"]);
  const html = await readFile(page, "utf8");
  expect(html).toContain("<title>result.zarr: cell types</title>");
  await rm(page);
  const made = await runCli(["report", out, "--json"]);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(made.stdout)).toMatchObject({ report: page, key: "flashdeconv", figures: [] });
  // Shares in the store are rounded to single precision, as in the run.
  expect(await readFile(page, "utf8")).toBe(html);
});

it.each(["csv", "h5ad", "parquet"])("beside a %s too, under a name of its own", async (suffix) => {
  const folder = await temporaryFolder();
  const { code, stdout } = await run(join(folder, `result.${suffix}`), "--json");
  const name = suffix === "h5ad" ? "result.report.html" : `result.${suffix}.report.html`;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).report).toBe(join(folder, name));
  expect(await readFile(join(folder, name), "utf8")).toContain('aria-label="Map of');
  if (suffix !== "h5ad") return;
  expect(await runCli(["report", join(folder, "result.h5ad")])).toMatchObject({ code: 0 });
});

it("none with --no-report, and none where nothing is to be written beside", async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await run(join(folder, "result.zarr"), "--no-report", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout).report).toBeNull();
  expect(await readdir(folder)).toEqual(["result.zarr"]);
  const args = ["run", stores.spatial, "--reference", stores.reference, "--in-place", "--no-report"];
  const { code: refused, stderr } = await runCli(args);
  expect({ refused, stderr }).toEqual({ refused: 2, stderr: expect.stringContaining("option --no-report") });
});

it("what it did not write is never replaced, and told before the work; a report is replaced", async () => {
  const folder = await temporaryFolder();
  const page = join(folder, "result.report.html");
  for (const content of ["", "<!doctype html><title>mine</title>", "notes"]) {
    await writeFile(page, content);
    const { code, stderr } = await run(join(folder, "result.zarr"));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/no report of flashdeconv.*--no-report/),
    });
    expect(await readFile(page, "utf8")).toBe(content);
    expect(existsSync(join(folder, "result.zarr"))).toBe(false);
  }
  await rm(page);
  expect((await run(join(folder, "result.zarr"))).code).toBe(0);
  const before = await readFile(page, "utf8");
  expect((await run(join(folder, "result.zarr"), "--overwrite", "--smoothing", "none")).code).toBe(0);
  expect(await readFile(page, "utf8")).not.toBe(before);
});

it("a run that is done already makes the report that is missing", async () => {
  const folder = await temporaryFolder();
  const out = join(folder, "result.zarr");
  expect((await run(out, "--no-report")).code).toBe(0);
  const { code, stdout } = await run(out, "--resume", "--json");
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({
    code: 0,
    already_done: true,
    report: join(folder, "result.report.html"),
  });
  expect((await readdir(folder)).sort()).toEqual(["result.report.html", "result.zarr"]);
});

it("pictures go to folders of their own, which are written over and never others'", async () => {
  const folder = await temporaryFolder();
  const out = join(folder, "result.zarr");
  await run(out, "--no-report");
  const [png, svg] = [join(folder, "png"), join(folder, "svg")];
  for (let round = 0; round < 2; round++) {
    const { code, stdout } = await runCli([
      "report",
      out,
      "-o",
      join(folder, "page.html"),
      "--png",
      png,
      "--svg",
      svg,
      "--json",
    ]);
    expect(code).toBe(0);
    const { figures } = JSON.parse(stdout);
    const names = (await readdir(png)).filter((name) => !name.startsWith("."));
    expect(names[0]).toMatch(/^0*1-largest-type\.png$/);
    expect(figures).toHaveLength(2 * names.length);
    expect((await readFile(join(png, names[0]))).subarray(1, 4).toString()).toBe("PNG");
    expect(await readFile(figures.at(-1), "utf8")).toMatch(/^<svg xmlns.*<\/svg>\n$/s);
  }
  const other = join(folder, "other");
  await mkdir(other);
  await writeFile(join(other, "01-mine.png"), "mine");
  const { code, stderr } = await runCli(["report", out, "--png", other]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("Choose another with --png."),
  });
  expect(await readdir(other)).toEqual(["01-mine.png"]);
});

it.each([
  [["the section"], /no key|a key of obsm|no result of flashdeconv/],
  [["result.csv"], /<result>.*a table has neither positions.*--out result\.zarr/s],
  [["nothing.zarr"], /nothing\.zarr/],
  [["the section", "-o", "page.pdf"], /a name that ends in \.html/],
  [["the section", "-o", "s3://lab/page.html"], /a path of this machine/],
  [["the section", "--png", "a", "--svg", "a"], /another folder than --png/],
])("bad input %j is refused in words", async (args, message) => {
  const folder = await temporaryFolder();
  const [given, ...rest] = args;
  const result = given === "the section" ? stores.spatial : given;
  const out = rest.includes("-o") ? [] : ["-o", join(folder, "page.html")];
  const { code, stderr } = await runCli(["report", result, ...rest, ...out]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});
