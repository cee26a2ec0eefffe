import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));
const killer = new URL("./fixtures/kill-worker.mjs", import.meta.url);

describe.skipIf(!isBuilt)("a worker that dies (skipped where the program is not built)", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-dying-"));
    const made = await runCli([
      "simulate",
      folder,
      "--spots",
      "40000",
      "--genes",
      "300",
      "--depth",
      "60",
      "--overwrite",
    ]);
    expect(made.code, made.stderr).toBe(0);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs with threads that die, into an empty folder beside which scratch lies. */
  async function runDying(after: number, by: "exit" | "memory", more: string[]) {
    const place = await temporaryFolder();
    const [results, scratch] = [join(place, "results"), join(place, "scratch")];
    await mkdir(results);
    await mkdir(scratch);
    const args = ["run", join(folder, "spatial.zarr"), "--reference", join(folder, "reference.zarr")];
    const options = ["--out", join(results, "out.zarr"), "--scratch", scratch, "--workers", "2", ...more];
    const env = {
      ...process.env,
      NODE_OPTIONS: `--import ${pathToFileURL(fileURLToPath(killer)).href} --max-old-space-size=200`,
      KILL_WORKER_AFTER: String(after),
      KILL_WORKER_BY: by,
    };
    const child = promisify(execFile)(process.execPath, [bin, ...args, ...options], { env });
    const { code, stderr } = await child.then(
      (done) => ({ code: 0, stderr: done.stderr }),
      (error) => ({ code: error.code as number, stderr: error.stderr as string }),
    );
    return { code, stderr, results: await readdir(results), scratch: await readdir(scratch) };
  }

  it.each([
    [0, "exit", []],
    [100, "exit", ["--use-scratch", "always"]],
    [300, "exit", []],
    [300, "exit", ["--use-scratch", "always", "--method", "flashdeconv", "--lambda", "3000"]],
    [50, "memory", []],
    [50, "memory", ["--use-scratch", "always"]],
  ] as const)("ends the run with 1 and leaves nothing, after %i ms by %s, %j", async (after, by, more) => {
    const { code, stderr, results, scratch } = await runDying(after, by, [...more]);
    expect(stderr).toMatch(
      /error: worker: found a worker that (ended with exit code 9|failed .*memory).*Nothing was written/,
    );
    expect({ code, results, scratch }).toEqual({ code: 1, results: [], scratch: [] });
  });
});
