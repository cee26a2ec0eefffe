import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findRaw, HOSTILE_NAME } from "./hostile-text.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { writeCells, writeSection } from "./small-stores.js";

// "/" and a leading "." are no part of names that stores may hold.
const BAD = HOSTILE_NAME;

/** A section and a reference in which all that has a name has one that would act on a terminal. */
async function hostileStores() {
  const folder = join(await temporaryFolder(), `x${BAD.slice(0, 60)}`);
  await mkdir(folder);
  const rename = (names: unknown) => (names as readonly string[]).map((name) => `${BAD}${name}`);
  const spatial = await writeSection(join(folder, "s.zarr"), {
    contents: (contents) => ({
      ...contents,
      spotNames: rename(contents.spotNames),
      geneNames: rename(contents.geneNames),
    }),
  });
  const reference = await writeCells(join(folder, "r.zarr"), {
    contents: (contents) => ({
      ...contents,
      geneNames: rename(contents.geneNames),
      obs: (contents.obs ?? []).map((column) =>
        column.kind === "categorical" ? { ...column, categories: rename(column.categories) } : column,
      ),
    }),
  });
  return { folder, spatial, reference };
}

describe("names that would act on a terminal", () => {
  it("never reach it, whatever the command, and are exact in JSON", async () => {
    const { folder, spatial, reference } = await hostileStores();
    const out = join(folder, "o.zarr");
    const commands = [
      ["inspect", spatial, "--reference", reference],
      ["run", spatial, "--reference", reference, "--out", out],
      ["evaluate", out, "--truth", spatial],
      ["evaluate", out, "--truth", out, "--truth-key", "flashdeconv"],
      ["inspect", out],
      ["inspect", `${spatial}${BAD}`],
      ["inspect", spatial, "--layer", BAD],
      ["run", spatial, "--reference", reference, "--cell-type-key", BAD, "--out", `${out}2`],
      ["run", spatial, "--reference", reference, "--key-added", `/${BAD}`, "--out", `${out}2`],
      ["run", spatial, `--${BAD}`],
      ["solve", spatial, "--out", `${out}3`],
      ["simulate", join(folder, "made"), "--seed", BAD],
      ["demo", "--dir", folder],
      [BAD],
    ];
    for (const args of commands) {
      for (const more of [[], ["--json"]]) {
        const given =
          args.includes(out) && more.length > 0 && args[0] === "run" ? [...args, "--overwrite"] : args;
        const { stdout, stderr } = await runCli([...given, ...more]);
        const what = [args[0], ...more].join(" ");
        expect((stdout + stderr).length, what).toBeGreaterThan(0);
        for (const line of `${stdout}\n${stderr}`.split("\n")) expect(findRaw(line), what).toBeUndefined();
        expect(`${stdout}\n${stderr}`, "no line is forged").not.toMatch(/^error: forged/m);
        if (more.length > 0) JSON.parse(stdout);
      }
    }
    const { cell_types: types } = JSON.parse(
      (await runCli(["evaluate", out, "--truth", out, "--truth-key", "flashdeconv", "--json"])).stdout,
    );
    expect(types.map(({ name }: { name: string }) => name)).toEqual(
      ["type_0", "type_1", "type_2", "type_3"].map((name) => `${BAD}${name}`),
    );
  });
});
