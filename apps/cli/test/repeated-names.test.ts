import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();
const NOTE = /note: obs\/_index: 2 of 200 names repeat an earlier one, "spot_0" for instance/g;

describe("names of spots that repeat", () => {
  it("are told by every command that reads them all, once", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await writeSection(at("section.zarr"), {
      contents: (contents) => ({
        ...contents,
        spotNames: Array.from({ length: 200 }, (_, i) => `spot_${i < 3 ? 0 : i}`),
      }),
    });
    const run = ["run", at("section.zarr"), "--reference", stores.reference];
    const commands = [
      ["inspect", at("section.zarr")],
      ["convert", at("section.zarr"), at("converted.zarr")],
      [...run, "--out", at("result.zarr"), "--save-stats", at("stats.zarr")],
      [...run, "--out", at("result.csv")],
      [...run, "--in-place"],
      ["export", at("result.zarr"), at("again.csv")],
      ["export", at("result.zarr"), at("again.h5ad")],
    ];
    for (const command of commands) {
      const { code, stderr } = await runCli(command);
      expect([code, stderr.match(NOTE)?.length], `${command}\n${stderr}`).toEqual([0, 1]);
    }
    const { stdout } = await runCli([...run, "--out", at("told.zarr"), "--json"]);
    expect(JSON.stringify(JSON.parse(stdout))).toContain("repeat an earlier one");
    const { stderr } = await runCli(["inspect", stores.spatial]);
    expect(stderr).not.toContain("repeat");
  });
});
