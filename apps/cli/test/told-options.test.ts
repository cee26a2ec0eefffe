import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();

it.each([
  [
    "result",
    [],
    /option <file>: found "\S*result", expected .*\.csv.* Give \S*result\.csv, or --format csv\./,
  ],
  [
    "result.xlsx",
    [],
    /option <file>: .*\.h5ad, which \.xlsx is not\. Give \S*result\.csv, which Excel opens\./,
  ],
  ["result.zarr", [], /option <file>: .*which \.zarr is not\. Give \S*result\.csv\./],
  ["result.rds", [], /option <file>: .*which \.rds is not\. Give \S*result\.csv\./],
  [
    "result.csv",
    ["--format", "h5ad"],
    /option --format: found "h5ad", expected csv for \S*result\.csv, .*or give <file> another suffix/,
  ],
  [
    "result.xlsx",
    ["--format", "csv"],
    /option <file>: .*expected a name for a csv file, which \.xlsx is not/,
  ],
])("export to %s %j speaks of the file", async (name, flags, message) => {
  const out = join(await temporaryFolder(), name);
  const { code, stderr } = await runCli(["export", stores.spatial, out, ...flags]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  expect(stderr).not.toContain("--out");
});

it.each([
  [["--cells"], /option --cells: found it given, expected left out for/],
  [["--anonymous"], /option --anonymous: found it given, expected an s3:/],
  [
    ["--no-platform-correction", "--method", "flashdeconv"],
    /option --no-platform-correction: found it given/,
  ],
  [["--in-place", "--obs-columns", "--out", "x.csv"], /found (?!true)/],
  [["--resume", "--restart"], /option --restart: found it given/],
])("a flag without a value is told as given: %j", async (flags, message) => {
  const args = ["run", stores.spatial, "--reference", stores.reference];
  const out = flags.includes("--out") ? [] : ["--out", join(await temporaryFolder(), "out.zarr")];
  const { code, stderr } = await runCli([...args, ...out, ...flags]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  expect(stderr).not.toMatch(/found (true|false)/);
});
