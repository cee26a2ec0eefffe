import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromFolder, testServer } from "../../../packages/stores/test/remote-tools.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

/** A section of the built program, for which threads are asked for, and one that is run in this process. */
const sections = { large: "", small: "" };
beforeAll(async () => {
  for (const [name, spots] of [
    ["large", "12000"],
    ["small", "4000"],
  ] as const) {
    sections[name] = await mkdtemp(join(tmpdir(), "flashdeconv-resume-"));
    const sizes = ["--spots", spots, "--genes", "300", "--depth", "60"];
    const made = await runCli(["simulate", sections[name], ...sizes, "--overwrite"]);
    expect(made.code, made.stderr).toBe(0);
  }
});
afterAll(async () => {
  for (const folder of Object.values(sections)) await rm(folder, { recursive: true, force: true });
});

/**
 * A run with its smoothing given, which to choose would take as long as the rest.
 *
 * @param out a store, or "" to write in place
 */
function runArguments(
  out: string,
  more: readonly string[],
  data = sections.small,
  section = join(data, "spatial.zarr"),
): string[] {
  const target = out === "" ? ["--in-place"] : ["--out", out];
  const smoothing = more.includes("--method") ? [] : ["--smoothing", "10"];
  return [
    "run",
    section,
    "--reference",
    join(data, "reference.zarr"),
    ...target,
    "--json",
    ...smoothing,
    ...more,
  ];
}

interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Runs the built command line; `onStart` may end it. */
function run(
  args: readonly string[],
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const start = performance.now();
  const child = spawn(process.execPath, [bin, ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  onStart(child);
  return new Promise((resolve) => {
    child.once("close", (code, signal) =>
      resolve({ code: code ?? signal, stdout, stderr, milliseconds: performance.now() - start }),
    );
  });
}

/** Kills a child as soon as a look at its files says so. */
function killWhen(child: ChildProcess, isTime: () => boolean): void {
  const timer = setInterval(() => {
    try {
      if (isTime()) child.kill("SIGKILL");
    } catch {
      // Not there yet.
    }
  }, 1);
  child.once("close", () => clearInterval(timer));
}

/** A digest of all files below a folder but the command that made them, which a resumed run does not share. */
async function digest(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("_command"));
  for (const file of files.sort()) hash.update(file.slice(folder.length)).update(await readFile(file));
  return hash.digest("hex");
}

describe.skipIf(!isBuilt)("a run that is killed (skipped where the program is not built)", () => {
  // More are made by benchmarks/kills.mjs.
  const KILLS = 2;
  const modes: [string, string[]][] = [
    ["in memory", []],
    ["on scratch", ["--use-scratch", "always"]],
  ];
  it.each(modes)("%s, at any moment, is resumed and ends with the same bits", async (_, options) => {
    const folder = await temporaryFolder();
    const whole = join(folder, "whole.zarr");
    const more = [
      "--save-every",
      "0",
      "--workers",
      "2",
      "--method",
      "flashdeconv",
      "--lambda",
      "40",
      ...options,
    ];
    const undisturbed = await run(runArguments(whole, more, sections.large));
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    expect(JSON.parse(undisturbed.stdout).resumed_pieces).toBe(0);
    const wanted = await digest(whole);
    let state = 11;
    let killedCount = 0;
    for (let i = 0; i < KILLS; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const after = undisturbed.milliseconds * ((i + 0.2 + (0.8 * state) / 2 ** 32) / KILLS);
      const results = join(folder, String(i));
      await mkdir(results);
      const args = runArguments(join(results, "out.zarr"), more, sections.large);
      const attempt = (delay: number) => run(args, (child) => setTimeout(() => child.kill("SIGKILL"), delay));
      let killed = await attempt(after);
      // It may have been quicker than the undisturbed one, which others on the machine may have slowed.
      for (let delay = after / 2; killed.code === 0; delay /= 2) {
        await rm(join(results, "out.zarr"), { recursive: true });
        killed = await attempt(delay);
      }
      killedCount++;
      expect(killed.code).toBe("SIGKILL");
      if (existsSync(join(results, "out.zarr"))) expect(await digest(join(results, "out.zarr"))).toBe(wanted);
      const resumed = await run([...args, "--resume", "--overwrite"]);
      expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
      expect(await digest(join(results, "out.zarr"))).toBe(wanted);
      expect((await readdir(results)).sort()).toEqual(["out.report.html", "out.zarr"]);
    }
    expect(killedCount).toBe(KILLS);
  });

  it("is resumed with statistics to keep, and in place", async () => {
    const folder = await temporaryFolder();
    const more = (stats: string) => [
      "--save-every",
      "0",
      "--workers",
      "2",
      "--save-stats",
      join(folder, stats),
    ];
    const section = join(folder, "section.zarr");
    const copy = () =>
      cp(join(sections.large, "spatial.zarr"), section, { recursive: true, preserveTimestamps: true });
    await copy();
    const undisturbed = await run(runArguments("", more("whole-stats"), sections.large, section));
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    const wanted = await digest(join(section, "obsm/flashdeconv"));
    // Right before statistics and result are committed, right after, and while the result is written.
    for (const noted of ["note/statistics", "note/statistics-kept", "note/result"]) {
      await rm(section, { recursive: true });
      await copy();
      const stats = noted.slice("note/".length);
      const args = runArguments("", more(stats), sections.large, section);
      const manifest = join(folder, ".section.zarr.run", "manifest.jsonl");
      const killed = await run(args, (child) =>
        killWhen(child, () => readFileSync(manifest, "utf8").includes(noted)),
      );
      expect(killed.code).toBe("SIGKILL");
      expect(await readdir(folder)).toContain(".section.zarr.run");
      const resumed = await run([...args, "--resume"]);
      expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
      expect(JSON.parse(resumed.stdout).resumed_pieces).toBeGreaterThan(0);
      expect(await digest(join(section, "obsm/flashdeconv"))).toBe(wanted);
      expect(await digest(join(folder, stats, "statistics"))).toBe(
        await digest(join(folder, "whole-stats", "statistics")),
      );
    }
    const left = ["result", "section.zarr", "statistics", "statistics-kept", "whole-stats"];
    expect((await readdir(folder)).sort()).toEqual(left);
    expect((await readdir(section)).filter((name) => name.startsWith(".flashdeconv"))).toEqual([]);
  });
});

/** Runs in this process until standard error holds `word`, and leaves what was done. */
function interruptedAt(word: string, args: readonly string[]) {
  const controller = new AbortController();
  const onStderr = (text: string) => {
    if (text.includes(word)) controller.abort(new Error("interrupted"));
  };
  return runCli(args, { signal: controller.signal, onStderr });
}

describe("a run that was stopped", () => {
  it("is kept where it had finished pieces, and refused, resumed or deleted as is asked for", async () => {
    const folder = await temporaryFolder();
    const runDir = join(folder, "kept");
    const args = runArguments(join(folder, "out.zarr"), [
      "--run-dir",
      runDir,
      "--save-every",
      "0",
      "--workers",
      "1",
      "--method",
      "flashdeconv",
    ]);
    const stopped = await interruptedAt("summing up spots", args);
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain(`What was done is kept in ${runDir}: the same command with --resume`);
    expect(await readdir(folder)).toEqual(["kept"]);

    const again = await runCli(args);
    expect(again.code).toBe(2);
    expect(JSON.parse(again.stdout).error.message).toMatch(
      /kept: found a run that was started at .* and stopped, with \d+ finished pieces.*--resume.*--restart/,
    );
    const other = await runCli([...args, "--resume", "--lambda", "3", "--seed", "5"]);
    expect(other.code).toBe(2);
    expect(JSON.parse(other.stdout).error.message).toMatch(
      /--resume.*--seed: was 0, is 5; --lambda: was "auto", is 3\)/,
    );
    expect(await readdir(folder)).toEqual(["kept"]);

    const resumed = await runCli([...args, "--resume"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).resumed_pieces).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(["out.zarr"]);

    expect((await interruptedAt("summing up spots", [...args, "--overwrite"])).code).toBe(130);
    const anew = await runCli([...args, "--overwrite", "--restart"]);
    expect(JSON.parse(anew.stdout).resumed_pieces).toBe(0);
    expect(await readdir(folder)).toEqual(["out.zarr"]);
  });

  it("is not resumed where an input has changed, which is named", async () => {
    const folder = await temporaryFolder();
    const section = join(folder, "section.zarr");
    await cp(join(sections.small, "spatial.zarr"), section, { recursive: true, preserveTimestamps: true });
    const args = runArguments(join(folder, "out.zarr"), ["--save-every", "0"], sections.small, section);
    expect((await interruptedAt("summing up spots", args)).code).toBe(130);
    expect((await readdir(folder)).sort()).toEqual([".out.zarr.run", "section.zarr"]);
    await appendFile(join(section, "X/data/0"), "x");
    const refused = await runCli([...args, "--resume"]);
    expect(refused.code).toBe(2);
    const { message } = JSON.parse(refused.stdout).error;
    expect(message).toMatch(/X\/data of .*section.zarr: was \d+ bytes, last changed .*, is \d+ bytes/);
    expect(message).not.toContain("X/indices");
  });

  it("begins anew with a note where nothing was kept", async () => {
    const folder = await temporaryFolder();
    const resumed = await runCli(runArguments(join(folder, "out.zarr"), ["--resume"]));
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain("note: There is nothing to resume");
  });

  it("leaves nothing where little was done, and nothing is kept with --save-every never", async () => {
    const folder = await temporaryFolder();
    for (const more of [[], ["--save-every", "never"]]) {
      const stopped = await interruptedAt("summing up spots", runArguments(join(folder, "out.zarr"), more));
      expect(stopped.code).toBe(130);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("has pieces that are done again where they were damaged", async () => {
    const folder = await temporaryFolder();
    const args = runArguments(join(folder, "out.zarr"), ["--save-every", "0", "--use-scratch", "always"]);
    expect((await interruptedAt("solving", args)).code).toBe(130);
    const kept = join(folder, ".out.zarr.run");
    for (const name of await readdir(kept)) {
      if (name.endsWith(".piece")) await appendFile(join(kept, name), "torn");
    }
    for (const name of await readdir(join(kept, "scratch"))) {
      await writeFile(join(kept, "scratch", name), "torn", { flag: "r+" });
    }
    await appendFile(join(kept, "manifest.jsonl"), '{"piece":"solve","file":"9');
    const resumed = await runCli([...args, "--resume"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    const whole = await runCli(runArguments(join(folder, "whole.zarr"), []));
    expect(whole.code).toBe(0);
    expect(await digest(join(folder, "out.zarr"))).toBe(await digest(join(folder, "whole.zarr")));
  });
});

describe("--run-dir", () => {
  it("never touches a folder of others", async () => {
    const folder = await temporaryFolder();
    const runDir = join(folder, "thesis");
    await mkdir(runDir);
    await writeFile(join(runDir, "chapter.txt"), "dear");
    for (const more of [[], ["--resume"], ["--restart"]]) {
      const refused = await runCli(runArguments(join(folder, "out.zarr"), ["--run-dir", runDir, ...more]));
      expect(refused.code).toBe(2);
      expect(JSON.parse(refused.stdout).error.message).toMatch(/thesis: found .*chapter\.txt.*--run-dir/);
    }
    expect(await readdir(folder)).toEqual(["thesis"]);
    expect(await readdir(runDir)).toEqual(["chapter.txt"]);
  });

  it.each([
    [["--resume", "--restart"], /--restart.*--resume/],
    [["--save-every", "-1"], /--save-every.*at least 0/],
    [["--save-every", "often"], /--save-every.*"never" or a number/],
    [["--save-every", "never", "--resume"], /--save-every.*--resume/],
    [["--run-dir", "/no/such/place"], /\/no\/such\/place: found .*ENOENT.*--run-dir/],
  ])("refuses %j", async (more, message) => {
    const folder = await temporaryFolder();
    const refused = await runCli(runArguments(join(folder, "out.zarr"), [...more]));
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).error.message).toMatch(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("two runs at once", () => {
  it.each([
    ["--out", (folder: string) => ["--out", join(folder, "out.zarr")]],
    [
      "--run-dir",
      (folder: string, n: number) => ["--run-dir", join(folder, "dir"), "--out", join(folder, `${n}.zarr`)],
    ],
    [
      "--save-stats",
      (folder: string, n: number) => [
        "--save-stats",
        join(folder, "stats"),
        "--out",
        join(folder, `${n}.zarr`),
      ],
    ],
    ["--in-place", () => ["--in-place"]],
  ])("on one %s: the second is refused and names the first", async (_, target) => {
    const folder = await temporaryFolder();
    const section = join(folder, "section.zarr");
    await cp(join(sections.small, "spatial.zarr"), section, { recursive: true });
    const args = (n: number) => [
      "run",
      section,
      "--reference",
      join(sections.small, "reference.zarr"),
      "--json",
      ...target(folder, n),
    ];
    let second: Promise<Awaited<ReturnType<typeof runCli>>> | undefined;
    const first = await runCli(args(1), {
      onStderr(text) {
        if (text.includes("choosing genes")) second ??= runCli([...args(2), "--overwrite"]);
      },
    });
    expect(first.code, first.stdout + first.stderr).toBe(0);
    const refused = await second;
    expect(refused?.code).toBe(2);
    expect(JSON.parse(refused?.stdout ?? "").error.message).toMatch(
      new RegExp(`found another run at work there \\(process ${process.pid} on .+, since 20`),
    );
    const left = (await readdir(folder)).filter((name) => name.startsWith("."));
    expect(left).toEqual([]);
  });
});

describe("a run over a network that was stopped", () => {
  const rest = async (changed: string | undefined) => {
    const folder = await temporaryFolder();
    const files = join(folder, "files");
    await cp(sections.small, files, { recursive: true });
    const server = await testServer({ read: fromFolder(files) });
    const section = `${server.url}/spatial.zarr`;
    const args = runArguments(join(folder, "out.zarr"), ["--save-every", "0"], files, section);
    const stopped = await interruptedAt("summing up spots", args);
    expect(stopped.code, stopped.stderr).toBe(130);
    expect((await readdir(folder)).sort()).toEqual([".out.zarr.run", "files"]);
    // The same content in other bytes.
    const file = join(files, "spatial.zarr", changed ?? "");
    if (changed) await writeFile(file, gzipSync(gunzipSync(await readFile(file)), { level: 0 }));
    return runCli([...args, "--resume"]);
  };

  it("is resumed where the store is the same", async () => {
    const resumed = await rest(undefined);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).resumed_pieces).toBeGreaterThan(0);
  });

  it("does not mix what it reads with another version", async () => {
    const refused = await rest("var/_index/0");
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).error.message).toMatch(/another version/);
  });
});
