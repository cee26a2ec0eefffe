import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import packageJson from "../package.json";
import { temporaryFolder } from "./run-cli.js";
import { writeContainer } from "./small-container.js";
import { smallStores } from "./small-stores.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));
const stores = smallStores();

/** Waits until standard error holds `word`. */
function untilSaid(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr?.on("data", (data) => {
      text += data;
      if (text.includes(word)) resolve();
    });
    child.once("close", () => reject(new Error(`closed without "${word}": ${text}`)));
  });
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}

/** The stored columns of a result, as they are. */
async function tableIn(store: string): Promise<Buffer[]> {
  const table = join(store, "obsm/flashdeconv");
  const columns = (await readdir(table)).filter((name) => name.startsWith("type_"));
  expect(columns.length).toBeGreaterThan(1);
  return Promise.all(columns.sort().map((name) => readFile(join(table, name, "0"))));
}

describe.skipIf(!isBuilt)("the built executable (skipped where it is not built)", () => {
  it("prints its version, and ends with 2 on bad usage", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [bin, "--version"]);
    expect(stdout).toBe(`${packageJson.version}\n`);
    const failure = promisify(execFile)(process.execPath, [bin, "inspect", "not-there.zarr"]);
    await expect(failure).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^error: not-there/),
    });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "ends with 130 on %s and leaves nothing behind",
    async (signal) => {
      const folder = await temporaryFolder();
      const child = spawn(process.execPath, [bin, "simulate", join(folder, "tissue"), "--spots", "1000000"]);
      const code = exitCode(child);
      await untilSaid(child, "writing the reference: ");
      child.kill(signal);
      expect(await code).toBe(130);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it("writes the same proportions with one worker and with two, run and solved again", async () => {
    const folder = await temporaryFolder();
    const tables: Buffer[][] = [];
    for (const workers of ["1", "2"]) {
      const out = join(folder, `${workers}.zarr`);
      const stats = join(folder, `${workers}-stats.zarr`);
      const args = ["run", stores.spatial, "--reference", stores.reference, "--out", out];
      const more = ["--workers", workers, "--save-stats", stats];
      await promisify(execFile)(process.execPath, [bin, ...args, ...more]);
      tables.push(await tableIn(out));
      const again = join(folder, `${workers}-again.zarr`);
      await promisify(execFile)(process.execPath, [
        bin,
        "solve",
        stats,
        "--out",
        again,
        "--workers",
        workers,
      ]);
      tables.push(await tableIn(again));
    }
    for (const table of tables) expect(table).toEqual(tables[0]);
  });

  it("writes the same for a table of two regions with one worker and with two", async () => {
    const folder = await temporaryFolder();
    const container = join(folder, "sdata.zarr");
    await writeContainer(container, 2);
    const tables: Buffer[][] = [];
    for (const workers of ["1", "2"]) {
      const out = join(folder, `${workers}.zarr`);
      const args = ["run", container, "--table", "square_008um", "--reference", stores.reference];
      await promisify(execFile)(process.execPath, [bin, ...args, "--out", out, "--workers", workers]);
      tables.push(await tableIn(out));
    }
    expect(tables[1]).toEqual(tables[0]);
  });

  it("finishes its work where nobody reads its output", async () => {
    const out = join(await temporaryFolder(), "out.zarr");
    const child = spawn(process.execPath, [
      bin,
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--out",
      out,
    ]);
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await exitCode(child)).toBe(0);
    expect(await readdir(out)).toContain("obsm");
  });
});
