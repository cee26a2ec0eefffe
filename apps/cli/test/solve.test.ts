import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { readObsm, readRowNames } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();

async function succeed(...args: string[]) {
  const run = await runCli(args);
  expect(run.code, run.stderr).toBe(0);
  return run;
}

async function proportionsIn(path: string) {
  const { columnNames, values } = await readObsm(await openStore(path), "flashdeconv");
  return { columnNames, values: (await collect(values)).values };
}

const run = (...more: string[]) => ["run", stores.spatial, "--reference", stores.reference, ...more];

describe("flashdeconv solve", () => {
  it("gives the bits of a full run, for the settings of the run and for others", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await succeed(...run("--out", at("run"), "--save-stats", at("stats"), "--method", "flashdeconv"));
    await succeed(...run("--out", at("run-50"), "--method", "flashdeconv", "--lambda", "50"));
    const { stdout } = await succeed("solve", at("stats"), "--out", at("again"));
    await succeed("solve", at("stats"), "--out", at("again-50"), "--lambda", "50");
    expect(await proportionsIn(at("again"))).toEqual(await proportionsIn(at("run")));
    expect(await proportionsIn(at("again-50"))).toEqual(await proportionsIn(at("run-50")));
    expect(await readRowNames(await openStore(at("again")))).toEqual(
      await readRowNames(await openStore(stores.spatial)),
    );
    const coordinates = async (path: string) =>
      (await collect((await readObsm(await openStore(path), "spatial")).values)).values;
    expect(await coordinates(at("again"))).toEqual(await coordinates(stores.spatial));
    expect(stdout).toContain("200 spots x 4 cell types");
    expect((await readdir(folder)).sort()).toEqual(["again", "again-50", "run", "run-50", "stats"]);
  });

  it("leaves types out and takes types together", async () => {
    const folder = await temporaryFolder();
    const stats = join(folder, "stats");
    await succeed(...run("--out", join(folder, "run"), "--save-stats", stats));
    const out = join(folder, "out");
    const merge = JSON.stringify({ joined: ["type_0", "type_2"] });
    await succeed("solve", stats, "--out", out, "--drop-type", "type_3", "--merge-types", merge);
    expect((await proportionsIn(out)).columnNames).toEqual(["joined", "type_1"]);
  });

  it.each([
    [["--drop-type", "type_7"], /option --drop-type: found "type_7".*one of "type_0", "type_1"/],
    [
      ["--merge-types", "{bad"],
      /option --merge-types: found "\{bad", .*such as '\{"T": \["CD4 T", "CD8 T"\]\}'/,
    ],
    [["--merge-types", '{"a": "type_1"}'], /option --merge-types: .*a list of type names/],
    [["--workers", "0"], /option --workers/],
    [["--smoothing", "-1"], /option --smoothing/],
    [["--lambda", "3"], /option --lambda: found 3, expected nothing with statistics of --method refined/],
    [["--rho", "0.01"], /option --rho: .*run the section itself with --method flashdeconv/],
    [["--solver", "nnls"], /option --solver: .*a solver of "weighted-counts"/],
    [["--cache", "kept"], /option --cache: found "kept", expected a URL among the stores/],
  ])("refuses %j and writes nothing", async (more, message) => {
    const folder = await temporaryFolder();
    const stats = join(folder, "stats");
    await succeed(...run("--out", join(folder, "run"), "--save-stats", stats));
    const refused = await runCli(["solve", stats, "--out", join(folder, "out"), ...more]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(message);
    expect((await readdir(folder)).sort()).toEqual(["run", "stats"]);
  });

  it("refuses a store that holds no statistics, and a place that is taken", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out");
    const foreign = await runCli(["solve", stores.spatial, "--out", out]);
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toMatch(/no statistics of flashdeconv.*--save-stats/);
    const inside = await runCli(run("--out", out, "--save-stats", stores.spatial));
    expect(inside.code).toBe(2);
    expect(inside.stderr).toMatch(/--save-stats/);
    expect(await readdir(folder)).toEqual([]);
  });
});
