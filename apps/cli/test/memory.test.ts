import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { collect, OptionError } from "@flashdeconv/core";
import { readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { parseBytes } from "../src/options/parse-bytes.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
const run = (out: string, ...more: string[]) => [
  "run",
  stores.spatial,
  "--reference",
  stores.reference,
  "--out",
  out,
  ...more,
];

async function proportionsIn(path: string) {
  return (await collect((await readObsm(await openStore(path), "flashdeconv")).values)).values;
}

describe("--use-scratch", () => {
  it("gives the same bits from run and solve, tells where things are kept, and cleans up", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await mkdir(at("scratch"));
    const usual = await runCli(run(at("memory"), "--save-stats", at("stats")));
    expect(usual.stderr).toMatch(/^Memory: at most \d+ MiB of .* \(1 worker .* for all spots\)$/m);
    const scratched = await runCli(
      run(at("scratched"), "--use-scratch", "always", "--scratch", at("scratch"), "--json"),
    );
    expect(scratched.code, scratched.stderr).toBe(0);
    expect(scratched.stderr).toMatch(/^Memory: at most .* on scratch\)$/m);
    const { memory } = JSON.parse(scratched.stdout);
    expect(memory).toMatchObject({ keeps: "scratch", workers: 1 });
    expect(memory.total_bytes).toBeLessThanOrEqual(memory.budget_bytes);
    const solved = await runCli(["solve", at("stats"), "--out", at("solved"), "--use-scratch", "always"]);
    expect(solved.code, solved.stderr).toBe(0);
    const wanted = await proportionsIn(at("memory"));
    expect(await proportionsIn(at("scratched"))).toEqual(wanted);
    expect(await proportionsIn(at("solved"))).toEqual(wanted);
    expect(await readdir(at("scratch"))).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(["memory", "scratch", "scratched", "solved", "stats"]);
  });

  it("refuses a scratch folder that is not there", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out");
    const refused = await runCli(run(out, "--use-scratch", "always", "--scratch", join(folder, "none")));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/none.*--scratch/s);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("--max-memory", () => {
  it("refuses what does not fit, and names what would", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out");
    const refused = await runCli(run(out, "--max-memory", "20MB"));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/error: memory: found a budget of 20 MiB, expected at least \d+ MiB/);
    const enough = /Give --max-memory (\d+MiB) or more/.exec(refused.stderr)?.[1] ?? "";
    expect(await readdir(folder)).toEqual([]);
    expect((await runCli(run(out, "--max-memory", enough))).code).toBe(0);
  });

  it("is planned with by inspect, which also says what would be refused", async () => {
    const shown = await runCli(["inspect", stores.spatial, "--max-memory", "1.5GiB", "--workers", "3"]);
    expect(shown.stdout).toMatch(/^Memory: at most \d+ MiB of 1.5 GiB \(3 workers .*, for 20 cell types$/m);
    const json = await runCli(["inspect", stores.spatial, "--max-memory", "20MB", "--json"]);
    expect(JSON.parse(json.stdout).memory.refused).toMatch(/at least \d+ MiB/);
  });

  it.each([
    ["2GiB", 2 ** 31],
    ["1.5 GB", 1.5e9],
    ["800m", 800 * 2 ** 20],
    [".5k", 512],
    ["4096", 4096],
  ])("takes %s", (text, bytes) => {
    expect(parseBytes("--max-memory")(text)).toBe(bytes);
  });

  it.each(["", "lots", "-1GiB", "2 parsecs", "0", "1e3", "0.1"])("refuses %j", (text) => {
    expect(() => parseBytes("--max-memory")(text)).toThrow(OptionError);
  });
});
