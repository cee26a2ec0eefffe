import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
// @ts-expect-error: a script of the benchmarks, without types.
import { giveNumberAgain, isCommitting, runAndKill } from "../../../benchmarks/lib/kill.mjs";
import { temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";
import { contentOf } from "./store-content.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));
const stores = smallStores();

const holds = (folder: string, pattern: RegExp) =>
  existsSync(folder) && readdirSync(folder).some((name) => pattern.test(name));

/** Moments of a run, in their order, told by what lies there. */
const OUT: [string, (folder: string) => boolean][] = [
  ["it has taken its lock", (at) => holds(at, /^\.out\.zarr\.lock$/)],
  ["it writes to its hidden folder", (at) => holds(at, /^\.out\.zarr\.partial-/)],
  ["it has opened its run folder", (at) => holds(join(at, ".out.zarr.run"), /^manifest/)],
  ["its statistics are there", (at) => holds(at, /^stats\.zarr$/)],
  ["its result is there", (at) => holds(at, /^out\.zarr$/)],
];
const IN_PLACE: typeof OUT = [
  ["it has taken its lock", (at) => holds(join(at, "section.zarr"), /^\.flashdeconv-lock$/)],
  ["it has opened its run folder", (at) => holds(join(at, ".section.zarr.run"), /^manifest/)],
  ["it commits", (at) => isCommitting(join(at, "section.zarr"))],
  ["its result is there", (at) => holds(join(at, "section.zarr", "obsm"), /^flashdeconv$/)],
];

describe.skipIf(!isBuilt)("--resume in a loop (skipped where the program is not built)", () => {
  it("of several sections to CSV, killed when the first is there: ends with 0 and the bytes of a whole run", async () => {
    const parent = await temporaryFolder();
    const other = await writeSection(join(parent, "other.zarr"));
    const command = (outDir: string) => {
      const inputs = ["run", stores.spatial, other, "--reference", stores.reference, "--out-dir", outDir];
      return [bin, ...inputs, "--format", "csv", "--json", "--save-every", "0", "--workers", "1", "--resume"];
    };
    const [whole, killed] = [join(parent, "whole"), join(parent, "killed")];
    expect((await runAndKill(command(whole))).code).toBe(0);
    const isTime = () => existsSync(join(killed, "spatial.csv"));
    expect((await runAndKill(command(killed), { isTime })).code).toBe("SIGKILL");
    for (const areDone of [
      [true, undefined],
      [true, true],
    ]) {
      const { code, stdout } = await runAndKill(command(killed));
      expect(code, stdout).toBe(0);
      const { sections } = JSON.parse(stdout);
      expect(sections.map((one: { already_done?: boolean }) => one.already_done)).toEqual(areDone);
      const results = ["other", "spatial"].flatMap((name) => [`${name}.csv`, `${name}.csv.report.html`]);
      expect((await readdir(killed)).sort()).toEqual(["index.html", ...results]);
    }
    // A report shows the command, which names another folder.
    for (const name of ["other.csv", "spatial.csv"]) {
      expect(await readFile(join(killed, name))).toEqual(await readFile(join(whole, name)));
    }
  });

  it.each([
    ["--out", OUT],
    ["--in-place", IN_PLACE],
  ] as const)(
    "%s, killed at any step, its number given to others: ends with 0 and the same bits",
    async (flag, moments) => {
      const parent = await temporaryFolder();
      const command = (folder: string) => {
        const section = join(folder, "section.zarr");
        const out = ["--out", join(folder, "out.zarr"), "--save-stats", join(folder, "stats.zarr")];
        const target = flag === "--out" ? out : ["--in-place"];
        const inputs = ["run", section, "--reference", stores.reference, ...target];
        return [bin, ...inputs, "--json", "--quiet", "--save-every", "0", "--workers", "1", "--resume"];
      };
      const newFolder = async (name: string) => {
        const folder = join(parent, name);
        await mkdir(folder);
        await cp(stores.spatial, join(folder, "section.zarr"), { recursive: true, preserveTimestamps: true });
        return folder;
      };
      const whole = await newFolder("whole");
      expect((await runAndKill(command(whole))).code).toBe(0);

      const folder = await newFolder("killed");
      for (const [what, isTime] of moments) {
        const { code, stderr } = await runAndKill(command(folder), { isTime: () => isTime(folder) });
        // The last moments are short: it may have ended.
        expect([0, "SIGKILL"], `${what}: ${stderr}`).toContain(code);
        if (code === "SIGKILL") giveNumberAgain(folder);
      }
      for (const isDone of [undefined, true]) {
        const { code, stdout } = await runAndKill(command(folder));
        expect(code, stdout).toBe(0);
        if (isDone) expect(JSON.parse(stdout).already_done).toBe(true);
      }
      const result = flag === "--out" ? "out.zarr" : "section.zarr";
      expect(await contentOf(join(folder, result))).toEqual(await contentOf(join(whole, result)));
      expect((await readdir(folder)).sort()).toEqual((await readdir(whole)).sort());
      expect(await readdir(join(folder, "section.zarr"))).toEqual(await readdir(join(whole, "section.zarr")));
    },
  );
});
