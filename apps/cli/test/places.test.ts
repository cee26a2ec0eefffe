import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf } from "./store-content.js";

const stores = smallStores();

async function copies() {
  const folder = await temporaryFolder();
  const [section, reference] = [join(folder, "section.zarr"), join(folder, "cells.zarr")];
  await cp(stores.spatial, section, { recursive: true });
  await cp(stores.reference, reference, { recursive: true });
  await symlink(section, join(folder, "link"));
  return { folder, section, reference };
}

describe("what is not the result never goes into a store", () => {
  it.each(["--run-dir", "--scratch", "--cache", "--save-stats"])("%s", async (flag) => {
    const { folder, section, reference } = await copies();
    const before = [await contentOf(section), await contentOf(reference)];
    const places = [section, join(section, "a/b"), join(reference, "X"), join(folder, "link", "a")];
    for (const out of [["--in-place"], ["--out", join(folder, "out.zarr")]]) {
      const inOut = out[1] === undefined ? [] : [out[1], join(out[1], "a")];
      for (const place of [...places, ...inOut]) {
        const run = ["run", section, "--reference", reference, "--json", ...out, flag, place];
        const { code, stdout } = await runCli(run);
        expect(code).toBe(2);
        expect(JSON.parse(stdout).error.message).toContain(`option ${flag}: found ${JSON.stringify(place)}`);
      }
    }
    expect((await readdir(folder)).sort()).toEqual(["cells.zarr", "link", "section.zarr"]);
    expect([await contentOf(section), await contentOf(reference)]).toEqual(before);
  });

  it("of solve either, and may lie around one", async () => {
    const { folder, section, reference } = await copies();
    const stats = join(folder, "stats");
    const around = ["--scratch", folder, "--use-scratch", "always"];
    const run = ["run", section, "--reference", reference, "--out", join(folder, "out.zarr")];
    const kept = await runCli([...run, "--save-stats", stats, ...around]);
    expect(kept.code, kept.stderr).toBe(0);
    for (const scratch of [stats, join(stats, "a"), join(folder, "again.zarr")]) {
      const solve = ["solve", stats, "--out", join(folder, "again.zarr"), "--json", "--scratch", scratch];
      const { code, stdout } = await runCli(solve);
      expect(code).toBe(2);
      expect(JSON.parse(stdout).error.message).toMatch(/--scratch: .*apart from/);
    }
    const left = ["cells.zarr", "link", "out.zarr", "section.zarr", "stats"];
    expect((await readdir(folder)).sort()).toEqual(left);
  });
});

describe("a missing folder of the output", () => {
  it("is made, and removed where no result comes of it", async () => {
    const folder = await temporaryFolder();
    const run = (more: readonly string[]) =>
      runCli(["run", stores.spatial, "--reference", stores.reference, "--json", ...more]);
    const at = ["--out", join(folder, "a/b/out.zarr"), "--save-stats", join(folder, "c/stats.zarr")];
    expect((await run([...at, "--layer", "none"])).code).toBe(2);
    expect(await readdir(folder)).toEqual([]);
    const done = await run(at);
    expect(done.code, done.stdout).toBe(0);
    expect([await readdir(join(folder, "a/b")), await readdir(join(folder, "c"))]).toEqual([
      ["out.zarr"],
      ["stats.zarr"],
    ]);
  });

  it("is named where it cannot be made", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    const out = join(folder, "file/a/out.zarr");
    const { code, stdout } = await runCli([
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--out",
      out,
      "--json",
    ]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain(`${out}: found a file where a folder is needed`);
  });
});

describe("an output that is called as a file", () => {
  const names = "tsv txt json h5 h5mu feather loom mtx xlsx rds RData npy pkl zip tar.gz JSON zarr.zip";
  it.each(names.split(" "))("result.%s is refused, with the line to use", async (suffix) => {
    const folder = await temporaryFolder();
    const out = join(folder, `result.${suffix}`);
    for (const place of [out, `${out}/`, `file://${out}`, `s3://bucket/result.${suffix}`]) {
      const run = ["run", stores.spatial, "--reference", stores.reference, "--out", place, "--json"];
      const { code, stdout } = await runCli(run);
      expect(code).toBe(2);
      const { message } = JSON.parse(stdout).error;
      expect(message).toMatch(
        /--out: .*expected a name for a Zarr store.*Give --out \S*result\.zarr, or a name that ends in \.csv/,
      );
    }
    const stats = ["run", stores.spatial, "--reference", stores.reference, "--in-place", "--save-stats", out];
    expect((await runCli(stats)).stderr).toMatch(/--save-stats: .*expected a name for a Zarr store/);
    expect((await runCli(["solve", stores.spatial, "--out", out])).stderr).toMatch(
      /--out: .*a name for a Zarr/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(["result.zarr", "result", "v1.2", "my.results", "sample.A1"])("%s is not", async (name) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "in"));
    const run = ["run", stores.spatial, "--reference", stores.reference, "--out", join(folder, "in", name)];
    const { code, stderr } = await runCli([...run, "--method", "flashdeconv"]);
    expect(code, stderr).toBe(0);
    expect(await readdir(join(folder, "in"))).toEqual([name]);
  });
});

describe("a place that cannot be used is told in words, not by a call of the system", () => {
  it.each([
    ["simulate, below a file", (file: string) => ["simulate", join(file, "tissue"), "--spots", "9"]],
    ["demo, below a file", (file: string) => ["demo", "--dir", join(file, "demo"), "--spots", "9"]],
    ["evaluate of no table", (file: string) => ["evaluate", `${file}.not.csv`, "--truth", `${file}.csv`]],
  ])("%s", async (_, command) => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    const { code, stderr } = await runCli(command(file));
    expect(code).toBe(2);
    expect(stderr).toMatch(/found (a file where a folder is needed|.*there is nothing of that name)/);
    expect(stderr).not.toMatch(/ENOENT|ENOTDIR|mkdir|open '/);
  });
});
