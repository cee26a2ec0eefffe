import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { fromFolder, testServer } from "../../../packages/stores/test/remote-tools.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));
const canLimit = spawnSync("bash", ["-c", "ulimit -f 64"]).status === 0;

let data: string;
/** A result that is there before a run. */
let earlier: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "flashdeconv-full-"));
  const sizes = ["--spots", "12000", "--genes", "300", "--depth", "60"];
  const made = await runCli(["simulate", data, ...sizes, "--overwrite"]);
  expect(made.code, made.stderr).toBe(0);
  earlier = join(data, "earlier");
  await mkdir(earlier);
  if (isBuilt) expect(run(runArguments(["--out", join(earlier, "out.zarr")])).status).toBe(0);
});
afterAll(() => rm(data, { recursive: true, force: true }));

/** Runs the built command line where no file may be larger than so many KiB; none is limited if left out. */
function run(args: readonly string[], kibibytes?: number) {
  const command = [process.execPath, bin, ...args];
  const limit = kibibytes === undefined ? "" : `ulimit -f ${kibibytes}; `;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `${limit}exec "$@"`, "bash", ...command], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A run with its smoothing given, which to choose would take as long as the rest. */
function runArguments(more: readonly string[], section = join(data, "spatial.zarr")): string[] {
  return [
    "run",
    section,
    "--reference",
    join(data, "reference.zarr"),
    "--quiet",
    "--smoothing",
    "10",
    ...more,
  ];
}

/** All files below a folder, with their content. */
/** All files but the command that made a result, which differs. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("/uns/flashdeconv_command"))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "latin1")])),
  );
}

const ROOM = /\d+ bytes free.* expected room for \d+ (more )?bytes/;

describe.skipIf(!isBuilt || !canLimit)(
  "a disk that is full (skipped where the program is not built, or bash cannot limit the size of files)",
  () => {
    it.each([
      ["the result", 16, ["--save-every", "never"]],
      ["scratch", 200, ["--save-every", "never", "--use-scratch", "always"]],
      ["finished pieces", 200, ["--save-every", "0"]],
      ["kept statistics", 100, ["--save-every", "never", "--save-stats", "STATS"]],
    ])("ends the run with 2 while %s is written, and leaves what was there", async (_, kibibytes, more) => {
      const folder = await temporaryFolder();
      const out = join(folder, "out.zarr");
      await cp(earlier, folder, { recursive: true });
      const before = await filesOf(folder);
      const options = more.map((word) => (word === "STATS" ? join(folder, "stats.zarr") : word));
      const full = run(runArguments(["--out", out, "--overwrite", ...options]), kibibytes);
      expect(full.stderr).toMatch(ROOM);
      expect(full.stderr).toContain(`error: ${folder}`);
      expect(full.stdout).toBe("");
      expect(full.status).toBe(2);
      const left = await filesOf(folder);
      // What had been kept by then is there to resume from.
      for (const file of Object.keys(left)) if (file.includes(".out.zarr.run")) delete left[file];
      expect(left).toEqual(before);
      const freed = run(runArguments(["--out", out, "--overwrite", "--resume", ...options.slice(2)]));
      expect(freed.status, freed.stderr).toBe(0);
      expect(await filesOf(out)).toEqual(
        Object.fromEntries(Object.entries(before).filter(([file]) => file.startsWith(out))),
      );
    });

    it("leaves a store that is changed in place as it was", async () => {
      const section = join(await temporaryFolder(), "section.zarr");
      await cp(join(data, "spatial.zarr"), section, { recursive: true });
      const before = await filesOf(section);
      // With no room at all, not even the lock can be written.
      for (const kibibytes of [16, 0]) {
        const full = run(runArguments(["--in-place", "--save-every", "never"], section), kibibytes);
        expect(full.stderr).toMatch(kibibytes === 0 ? /\d+ bytes free/ : ROOM);
        expect(full.stderr).toMatch(/Free some space, or write to another disk\.\s*$/);
        expect(full.status).toBe(2);
        expect(await filesOf(section)).toEqual(before);
      }
    });
  },
);

/** As `run`, without holding up the server of this process. */
async function runBeside(args: readonly string[], kibibytes?: number) {
  const limit = kibibytes === undefined ? "" : `ulimit -f ${kibibytes}; `;
  const child = spawn("bash", ["-c", `${limit}exec "$@"`, "bash", process.execPath, bin, ...args]);
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (part) => {
      text[name] += part;
    });
  }
  const status = await new Promise((resolve) => child.once("close", resolve));
  return { status, ...text };
}

async function serveSection() {
  const server = await testServer({ read: fromFolder(data) });
  return `${server.url}/spatial.zarr`;
}

describe.skipIf(!isBuilt || !canLimit)(
  "a full disk under --cache (skipped where the program is not built, or bash cannot limit the size of files)",
  () => {
    it.each([["1"], ["2"]])(
      "ends the run with 2 and %s worker(s); output and cache stay sound, and a later run uses it",
      async (workers) => {
        const url = await serveSection();
        const folder = await temporaryFolder();
        const [out, cache] = [join(folder, "out.zarr"), join(folder, "cache")];
        const args = (...more: string[]) =>
          runArguments(["--out", out, "--save-every", "never", "--workers", workers, ...more], url);
        expect((await runBeside(args())).status).toBe(0);
        const before = await filesOf(out);
        const full = await runBeside(args("--overwrite", "--cache", cache), 64);
        expect(full.stderr).toMatch(ROOM);
        expect(full.stderr).toContain(`error: ${cache}`);
        expect(full.stderr).toMatch(/--cache-size/);
        expect(full.status).toBe(2);
        expect(await filesOf(out)).toEqual(before);
        expect((await readdir(folder)).sort()).toEqual(["cache", "out.report.html", "out.zarr"]);
        // A thread that was ended may leave the draft it was writing, which nobody reads, and the next run removes.
        const kept = Object.keys(await filesOf(cache)).filter(
          (file) => !/\.[^/]*$/.test(file.slice(cache.length)),
        );
        expect(kept.length).toBeGreaterThan(2);
        const freed = await runBeside(args("--overwrite", "--cache", cache, "--json"));
        expect(freed.status, freed.stderr).toBe(0);
        expect(JSON.parse(freed.stdout).transfer.spatial.bytes_from_cache).toBeGreaterThan(0);
        expect(await filesOf(out)).toEqual(before);
        const names = Object.keys(await filesOf(cache)).map((file) => file.slice(cache.length));
        expect(names.filter((name) => name.includes("."))).toEqual([]);
      },
    );
  },
);

const mountPoint = await mkdtemp(join(tmpdir(), "flashdeconv-mount-"));
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=600k", "none", mountPoint]).status === 0;
afterAll(async () => {
  if (isMounted) spawnSync("umount", [mountPoint]);
  await rm(mountPoint, { recursive: true, force: true });
});

describe.skipIf(!isBuilt || !isMounted)(
  "a small file system (skipped where the program is not built, or nothing can be mounted)",
  () => {
    it.each([
      ["--out", () => ["--out", join(mountPoint, "out.zarr"), "--obs-columns", "--save-every", "never"]],
      [
        "--scratch",
        (folder: string) => [
          "--out",
          join(folder, "out.zarr"),
          "--scratch",
          mountPoint,
          "--use-scratch",
          "always",
        ],
      ],
      [
        "--run-dir",
        (folder: string) => [
          "--out",
          join(folder, "out.zarr"),
          "--run-dir",
          join(mountPoint, "run"),
          "--save-every",
          "0",
        ],
      ],
    ])("is named with what is free and what was wanted: %s", async (_, options) => {
      const folder = await temporaryFolder();
      await mkdir(join(folder, "results"));
      const full = run(runArguments(options(join(folder, "results"))));
      expect(full.stderr).toContain(`error: ${mountPoint}`);
      expect(full.stderr).toMatch(ROOM);
      expect(full.status).toBe(2);
      expect(await readdir(join(folder, "results"))).toEqual([]);
      expect((await readdir(mountPoint)).filter((name) => name !== "run")).toEqual([]);
    });

    it("is named with what is free and what was wanted: --cache", async () => {
      const url = await serveSection();
      const folder = await temporaryFolder();
      // Most of it is taken, so that the section's chunks do not fit.
      await rm(join(mountPoint, "run"), { recursive: true, force: true });
      const ballast = join(mountPoint, "ballast");
      await writeFile(ballast, new Uint8Array(540_000));
      onTestFinished(() => rm(ballast, { force: true }));
      const cache = join(mountPoint, "cache");
      onTestFinished(() => rm(cache, { recursive: true, force: true }));
      const args = runArguments(["--out", join(folder, "out.zarr"), "--cache", cache], url);
      const full = await runBeside(args);
      expect(full.stderr).toContain(`error: ${cache}: found no space left on the disk`);
      expect(full.stderr).toMatch(ROOM);
      expect(full.status).toBe(2);
      expect(await readdir(folder)).toEqual([]);
      const names = Object.keys(await filesOf(cache)).map((file) => file.slice(cache.length));
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => name.includes("."))).toEqual([]);
    });
  },
);
