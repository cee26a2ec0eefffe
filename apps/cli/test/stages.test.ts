import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planPiece } from "../src/commands/stages/plan-piece.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

/** Five blocks of spots, so that pieces are several, and too few for threads, which the source has none for. */
let data = "";
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "flashdeconv-stages-"));
  const made = await runCli([
    "simulate",
    data,
    "--spots",
    "19000",
    "--genes",
    "120",
    "--depth",
    "60",
    "--overwrite",
  ]);
  expect(made.code, made.stderr).toBe(0);
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line, which `onStart` may end. */
function runBuilt(
  args: readonly string[],
  onStart: (child: ChildProcess) => void,
  cwd?: string,
): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], { cwd });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  onStart(child);
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code: code ?? signal, stdout, stderr }));
  });
}

async function done(args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli([...args, "--json", "--quiet"]);
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout);
}

async function refused(args: readonly string[]): Promise<string> {
  const { code, stdout } = await runCli([...args, "--json"]);
  expect(code, stdout).toBe(2);
  return JSON.parse(stdout).error.message;
}

const inputs = (section = join(data, "spatial.zarr")) => [
  ...[section, "--reference", join(data, "reference.zarr")],
  "--no-report",
];
const planned = (folder: string, pieces: number, more: readonly string[] = []) => [
  ...["stage", "plan", ...inputs(), "--out", join(folder, "out.zarr")],
  ...["--run-dir", join(folder, "work"), "--pieces", String(pieces), ...more],
];

interface Plan {
  readonly piece_count: number;
  readonly stages: { readonly stage: string; readonly pieces: readonly { readonly piece: number }[] }[];
}

/** All that is to be done of a plan, in its order, a command each. */
function commandsOf({ stages }: Plan, work: string): string[][] {
  return stages.flatMap(({ stage, pieces }) => {
    const command = ["stage", stage, work];
    return pieces.length === 0
      ? [command]
      : pieces.map(({ piece }) => [...command, "--piece", String(piece)]);
  });
}

/** A digest of all files of a store but the command that made it. */
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

/** What `run` makes of the section. */
async function whole(folder: string, more: readonly string[] = []): Promise<string> {
  const out = join(folder, "whole.zarr");
  await done(["run", ...inputs(), "--out", out, ...more]);
  return digest(out);
}

describe("a run in stages", () => {
  const cases: [string[], number, string][] = [
    [[], 1, "refine"],
    [[], 4, "refine"],
    [["--use-scratch", "always"], 16, "refine"],
    [["--method", "weighted"], 4, "solve"],
    [["--method", "poisson", "--max-types", "2"], 4, "refine"],
    [["--method", "flashdeconv", "--lambda", "40"], 4, "solve"],
    [["--intervals"], 2, "refine"],
  ];
  it.each(cases)("with %j, in %i pieces, has the bits of run", async (options, pieces, last) => {
    const folder = await temporaryFolder();
    const wanted = await whole(folder, options);
    const { plan } = (await done(planned(folder, pieces, options))) as { plan: Plan };
    // No more pieces than there are blocks of spots.
    expect(plan.piece_count).toBe(Math.min(pieces, 5));
    expect(plan.stages.map(({ stage }) => stage)).toContain(last);
    const work = join(folder, "work");
    expect(JSON.parse(await readFile(join(work, "plan.json"), "utf8"))).toEqual(plan);
    const commands = commandsOf(plan, work);
    for (const command of commands) {
      const told = await done(command);
      expect(told.already_done ?? false, command.join(" ")).toBe(false);
    }
    expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
    const again = [0, 1, commands.length - 2].map((i) => commands[i]);
    for (const command of again) expect((await done(command)).already_done).toBe(true);
    expect(await done(commands.at(-1) as string[])).toMatchObject({ run: { already_done: true } });
    expect((await readdir(work)).sort()).toEqual(["manifest.jsonl", "plan.json"]);
  });

  it.skipIf(!isBuilt)("is finished by run, and continues what run has begun", async () => {
    const folder = await temporaryFolder();
    const wanted = await whole(folder);
    const work = join(folder, "work");
    const { plan } = (await done(planned(folder, 3))) as { plan: Plan };
    for (const command of commandsOf(plan, work).slice(0, 6)) await done(command);
    const resumed = ["run", ...inputs(), "--out", join(folder, "out.zarr"), "--run-dir", work, "--resume"];
    expect(Number((await done(resumed)).resumed_pieces)).toBeGreaterThan(4);
    expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
    expect(existsSync(work)).toBe(false);

    await rm(join(folder, "out.zarr"), { recursive: true });
    const begun = [...resumed.slice(0, -1), "--save-every", "0"];
    const killed = await runBuilt(begun, (child) => {
      const timer = setInterval(async () => {
        const text = await readFile(join(work, "manifest.jsonl"), "utf8").catch(() => "");
        if (text.includes('"summarize/')) child.kill("SIGKILL");
      }, 2);
      child.once("close", () => clearInterval(timer));
    });
    expect(killed.code).toBe("SIGKILL");
    const { plan: again } = (await done(planned(folder, 2))) as { plan: Plan };
    for (const command of commandsOf(again, work)) await done(command);
    expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
  });

  it.skipIf(!isBuilt)("killed at any moment, and begun again, ends with the same bits", async () => {
    const folder = await temporaryFolder();
    const wanted = await whole(folder);
    const work = join(folder, "work");
    const { plan } = (await done(planned(folder, 2))) as { plan: Plan };
    let state = 7;
    let killedCount = 0;
    for (const command of commandsOf(plan, work)) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const signal = killedCount % 2 === 0 ? "SIGKILL" : "SIGTERM";
      const first = await runBuilt(command, (child) =>
        setTimeout(() => child.kill(signal), 300 + 600 * (state / 2 ** 32)),
      );
      if (first.code !== 0) killedCount++;
      await done(command);
    }
    expect(killedCount).toBeGreaterThan(2);
    expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
  });

  it("knows the types that files named, without the files", async () => {
    const folder = await temporaryFolder();
    const [merges, groups] = [join(folder, "merges.json"), join(folder, "groups.csv")];
    await writeFile(merges, '{"both": ["type_0", "type_1"]}');
    const types = Array.from({ length: 8 }, (_, i) => `type_${i},${i < 4 ? "a" : "b"}`);
    await writeFile(groups, ["type,group", ...types].join("\n"));
    await done(planned(folder, 1, ["--merge-types", `@${merges}`, "--hierarchy", groups]));
    for (const file of [merges, groups]) await rm(file);
    await done(["stage", "prepare", join(folder, "work")]);
    await done(["stage", "survey", join(folder, "work"), "--piece", "1"]);
  });

  it("two of the same piece at once do no harm, nor does any order", async () => {
    const folder = await temporaryFolder();
    const wanted = await whole(folder, ["--method", "weighted"]);
    const work = join(folder, "work");
    const { plan } = (await done(planned(folder, 2, ["--method", "weighted"]))) as { plan: Plan };
    for (const { stage, pieces } of plan.stages) {
      const numbers = pieces.map(({ piece }) => String(piece)).reverse();
      if (numbers.length === 0) await done(["stage", stage, work]);
      else await Promise.all([...numbers, ...numbers].map((i) => done(["stage", stage, work, "--piece", i])));
    }
    expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
  });
});

describe("a plan", () => {
  it("says where pieces are fewer than were asked for", async () => {
    const folder = await temporaryFolder();
    const { stdout } = await runCli(planned(folder, 8));
    expect(stdout).toContain(
      "19000 spots, 5 pieces\nPieces are of whole blocks of 4096 spots: 5 in place of 8.",
    );
    expect(await done(planned(folder, 8))).toMatchObject({ plan: { piece_count: 5, asked_piece_count: 8 } });
    expect((await runCli(planned(folder, 5))).stdout).not.toContain("in place of");
  });

  it("of a result that is there is of stages that are all done, and changes nothing", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out.zarr");
    await done(["run", ...inputs(), "--out", out]);
    const before = await digest(out);
    const work = join(folder, "work");
    for (const pieces of [2, 3]) {
      const { code, stdout } = await runCli(planned(folder, pieces));
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("stages are all done") });
      const told = (await done(planned(folder, pieces))) as { already_done: boolean; plan: Plan };
      expect(told).toMatchObject({ already_done: true, plan: { piece_count: pieces } });
      expect(JSON.parse(await readFile(join(work, "plan.json"), "utf8"))).toEqual(told.plan);
      for (const command of commandsOf(told.plan, work).reverse()) {
        const { already_done, run } = (await done(command)) as { already_done?: boolean; run?: typeof told };
        expect(already_done ?? run?.already_done, command.join(" ")).toBe(true);
      }
    }
    expect(await digest(out)).toBe(before);
    expect((await readdir(folder)).sort()).toEqual(["out.zarr", "work"]);
    const other = await refused(planned(folder, 2, ["--smoothing", "3"]));
    expect(other).toMatch(/^option --out: found .*made of something else \(--smoothing: was "auto", is 3\)/);
  });
});

describe("stages refuse", () => {
  it("what comes too early, naming what is to be done first", async () => {
    const folder = await temporaryFolder();
    const work = join(folder, "work");
    expect(await refused(["stage", "prepare", work])).toContain("no run");
    await done(planned(folder, 2));
    expect(await refused(["stage", "survey", work, "--piece", "1"])).toContain(
      `First: flashdeconv stage prepare ${work}`,
    );
    expect(await refused(["stage", "write", work])).toContain("stage solve");
    await done(["stage", "prepare", work]);
    await done(["stage", "survey", work, "--piece", "2"]);
    expect(await refused(["stage", "choose", work])).toContain(`stage survey ${work} --piece 1`);
    expect(await refused(["stage", "refine", work, "--piece", "1"])).toContain("stage start");
  });

  it("options and pieces that are not the plan's", async () => {
    const folder = await temporaryFolder();
    const work = join(folder, "work");
    await done(planned(folder, 2, ["--method", "weighted"]));
    await done(["stage", "prepare", work]);
    expect(await refused(["stage", "prepare", work, "--smoothing", "3"])).toContain("option --smoothing");
    for (const piece of ["0", "3", "1.5"])
      expect(await refused(["stage", "survey", work, "--piece", piece])).toContain("from 1 to 2");
    expect(await refused(["stage", "survey", work])).toContain("option --piece");
    // What has no default is not to be left out.
    for (const wrong of [
      ["survey", work, "--piece", "3"],
      ["survey", work, "--piece", "x"],
      ["survey", work],
      ["guess", work],
    ])
      expect(await refused(["stage", ...wrong]), wrong.join(" ")).not.toMatch(/leave it out|default/);
    expect(await refused(["stage", "choose", work, "--piece", "1"])).toContain("option --piece");
    expect(await refused(["stage", "refine", work, "--piece", "1"])).toContain("prepare, survey, choose");
    expect(await refused(["stage", "guess", work])).toContain("plan, prepare");
    expect(await refused(planned(folder, 2))).toContain("--method: was");
    expect(await refused(planned(folder, 0))).toContain("option --pieces");
    const signed = ["stage", "plan", "https://example.org/a.zarr?token=secret", ...inputs().slice(1)];
    const told = await refused([...signed, "--run-dir", work, "--out", join(folder, "b.zarr")]);
    expect(told).toContain("which a plan would keep");
    expect(told).not.toContain("secret");
  });

  it("a section that has changed since, and parts of another run", async () => {
    const folder = await temporaryFolder();
    const section = join(folder, "section.zarr");
    await cp(join(data, "spatial.zarr"), section, { recursive: true });
    const plan = (work: string) => [
      ...["stage", "plan", ...inputs(section), "--out", join(folder, "out.zarr")],
      ...["--run-dir", join(folder, work), "--pieces", "1"],
    ];
    for (const work of ["a", "b"]) {
      await done(plan(work));
      await done(["stage", "prepare", join(folder, work)]);
      await done(["stage", "survey", join(folder, work), "--piece", "1"]);
    }
    const [part] = (await readdir(join(folder, "a/parts"), { recursive: true })).filter((name) =>
      name.endsWith(".piece"),
    );
    const path = join(folder, "a/parts", part);
    await writeFile(path, await readFile(join(folder, "b/parts", part)));
    expect(await refused(["stage", "choose", join(folder, "a")])).toContain(
      `${path}: found a part of another run`,
    );
    await appendFile(join(section, "X", ".zattrs"), " ");
    const b = join(folder, "b");
    for (const again of [
      ["survey", b, "--piece", "1"],
      ["choose", b],
    ]) {
      const told = await refused(["stage", ...again]);
      // Whose folder, which input, and since when; nothing of what was never given, nothing that only computers compare.
      expect(told).toMatch(
        /^option <place>: found \S+\/b, a run .*\(X\/\.zattrs of \S+section\.zarr: was \d+ bytes?, last changed \S+, is \d+ bytes?, last changed \S+\), expected/,
      );
      expect(told).toContain(`stage plan, with --run-dir ${b} --restart`);
      expect(told).not.toMatch(/--resume|[0-9a-f]{16}/);
    }
    const planned = await refused(plan("b"));
    expect(planned).toContain(`option --run-dir: found ${b}, a run that was started at`);
    expect(planned).not.toContain("--resume");
  });

  it.skipIf(!isBuilt)("no folder that is gone, where no place of the plan is relative to it", async () => {
    const [folder, gone] = [await temporaryFolder(), await temporaryFolder()];
    const plan = await runBuilt(planned(folder, 1), () => {}, gone);
    expect(plan.code, plan.stderr).toBe(0);
    await rm(gone, { recursive: true });
    await done(["stage", "prepare", join(folder, "work")]);
  });

  it.skipIf(!isBuilt)(
    "a folder that the run was planned in and that is gone, until it is planned in another",
    async () => {
      const folder = await temporaryFolder();
      const work = join(folder, "work");
      const [there, gone] = [join(folder, "there"), join(folder, "gone")];
      for (const place of [there, gone]) await mkdir(place);
      const run = (args: readonly string[], cwd: string) => runBuilt([...args, "--json"], () => {}, cwd);
      const prepare = ["stage", "prepare", work];
      const plan = planned(folder, 1, ["--scratch", "."]);
      expect(await run(plan, gone)).toMatchObject({ code: 0 });
      await rm(gone, { recursive: true });
      const early = await run(prepare, there);
      expect(early.code).toBe(2);
      const { tag, message } = JSON.parse(early.stdout).error;
      expect(tag).toBe("StoreError");
      expect(message).toContain(`${gone}: found no such folder here to go to (ENOENT)`);
      expect(message).toContain(`with the same --run-dir (${work})`);
      expect(await run(plan, there)).toMatchObject({ code: 0 });
      expect(await run(prepare, folder)).toMatchObject({ code: 0 });
    },
  );
});

it("a piece holds what its threads have in hand, however many spots it has", () => {
  const facts = {
    ...{ spotCount: 1e9, typeCount: 20, tableWidth: 0, geneCount: 18_000, precision: "float32" as const },
    ...{ isRefined: true, neighborCount: 6, mayBeStrong: true, chunkBytes: 8 * 2 ** 20 },
    ...{ areChunksPacked: true, transposeBytes: 0, isFar: false, readAheadBytes: 0, heldBytes: 0 },
    ...{ reference: undefined, coordinateBytes: 0, sampledValuesPerSpot: 60 },
  };
  const bytesOf = (spotCount: number) =>
    planPiece(facts, spotCount, { workers: 2, maxMemory: 2 ** 31 }).totalBytes;
  expect(bytesOf(1e6)).toBeGreaterThan(bytesOf(1e5));
  expect(bytesOf(1e9)).toBe(bytesOf(1e6));
});
