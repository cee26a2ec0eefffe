import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectService } from "../../../packages/stores/test/object-service.js";
import { groupSections } from "../src/commands/stages/group-sections.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { writeTheirCells, writeTwoSections } from "./two-sections.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

/** Of 500 spots, in no order: sections of 250, 125, 80 and 45. */
const names = ["D 4", "a/b", "c\u202ed", "B1"];
const codes = Int32Array.from({ length: 500 }, (_, spot) => {
  const at = (7 * spot) % 100;
  return at < 50 ? 0 : at < 75 ? 1 : at < 91 ? 2 : 3;
});
const spotCounts = names.map((_, section) => codes.filter((code) => code === section).length);

let data = "";
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "flashdeconv-stages-of-"));
  const core = { kind: "categorical" as const, name: "core", codes, categories: names };
  await writeTwoSections(join(data, "spatial.zarr"), { obs: [core] });
  await writeTheirCells(join(data, "reference.zarr"));
});
afterAll(() => rm(data, { recursive: true, force: true }));

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

const inputs = (section = join(data, "spatial.zarr"), reference = join(data, "reference.zarr")) => [
  ...[section, "--reference", reference, "--section-key", "core"],
];
const planned = (folder: string, pieces: number, more: readonly string[] = [], given = inputs()) => [
  ...["stage", "plan", ...given, "--out", join(folder, "out.zarr"), "--no-report"],
  ...["--run-dir", join(folder, "work"), "--pieces", String(pieces), ...more],
];

interface Plan {
  readonly piece_count: number;
  readonly stages: {
    readonly stage: string;
    readonly memory_bytes: number;
    readonly pieces: readonly {
      readonly piece: number;
      readonly sections: readonly string[];
      readonly spot_count: number;
      readonly read_bytes: number;
      readonly memory_bytes: number;
      readonly cpu_seconds: number;
    }[];
  }[];
}

async function planOf(args: readonly string[]): Promise<Plan> {
  return (await done(args)).plan as Plan;
}

const pieceOf = (folder: string, piece: number) => [
  ...["stage", "section", join(folder, "work"), "--piece", String(piece)],
];

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

async function whole(folder: string, more: readonly string[] = []): Promise<string> {
  const out = join(folder, "whole.zarr");
  await done(["run", ...inputs(), "--out", out, ...more]);
  return digest(out);
}

function runBuilt(args: readonly string[], onStart: (child: ChildProcess) => void): Promise<number | string> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: "ignore" });
  onStart(child);
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  });
}

describe("a store of several sections, in stages", () => {
  const cases: [string[], number][] = [
    [[], 1],
    [["--per-section"], 2],
    [["--method", "poisson", "--max-types", "2"], 16],
    [["--intervals", "--use-scratch", "always"], 3],
    [["--smoothing", "5", "--save-every", "0"], 4],
  ];
  it.each(cases)("with %j, in %i pieces, has the bits of run", async (options, pieces) => {
    const folder = await temporaryFolder();
    const wanted = await whole(folder, options);
    const plan = await planOf(planned(folder, pieces, options));
    const work = join(folder, "work");
    expect(JSON.parse(await readFile(join(work, "plan.json"), "utf8"))).toEqual(plan);
    expect(plan.piece_count).toBe(Math.min(pieces, 4));
    expect(plan.stages.map(({ stage }) => stage)).toEqual(["prepare", "section", "write"]);
    const [prepare, { pieces: found }] = plan.stages;
    expect(prepare.pieces).toEqual([]);
    expect(found.flatMap(({ sections }) => sections).sort()).toEqual([...names].sort());
    for (const { sections, spot_count, read_bytes, memory_bytes, cpu_seconds } of found) {
      const spots = sections.reduce((sum, name) => sum + spotCounts[names.indexOf(name)], 0);
      expect(spot_count).toBe(spots);
      for (const cost of [read_bytes, memory_bytes, cpu_seconds]) expect(cost).toBeGreaterThan(0);
    }
    expect((await done(["stage", "prepare", work])).already_done).toBe(false);
    const order = found.map(({ piece }) => piece).reverse();
    const told = await Promise.all(order.map((piece) => done(pieceOf(folder, piece))));
    expect(told.map(({ spot_count }) => spot_count)).toEqual(
      order.map((piece) => found[piece - 1].spot_count),
    );
    for (const stage of [["stage", "prepare", work], pieceOf(folder, 1)])
      expect((await done(stage)).already_done).toBe(true);
    await done(["stage", "write", work]);
    expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
    expect((await done(pieceOf(folder, 1))).already_done).toBe(true);
    expect(await done(["stage", "write", work])).toMatchObject({ run: { already_done: true } });
    expect((await readdir(work)).sort()).toEqual(["manifest.jsonl", "plan.json"]);
  });

  it("tells what run tells, and writes into the store where that is asked for", async () => {
    const folder = await temporaryFolder();
    const stores = ["run", "stages"].map((name) => join(folder, `${name}.zarr`));
    for (const store of stores) await cp(join(data, "spatial.zarr"), store, { recursive: true });
    const run = await done(["run", ...inputs(stores[0]), "--in-place"]);
    const work = join(folder, "work");
    const place = ["--in-place", "--run-dir", work, "--pieces", "2"];
    await done(["stage", "plan", ...inputs(stores[1]), ...place]);
    await done(["stage", "prepare", work]);
    for (const piece of [1, 2]) await done(pieceOf(folder, piece));
    const { run: written } = (await done(["stage", "write", work])) as { run: typeof run };
    expect(written.notices).toEqual(run.notices);
    expect(run.notices).not.toEqual([]);
    const [wanted, found] = await Promise.all(stores.map((store) => readdir(join(store, "obsm"))));
    expect(found).toEqual(wanted);
    const proportions = stores.map((store) => digest(join(store, "obsm", "flashdeconv")));
    expect(new Set(await Promise.all(proportions)).size).toBe(1);
  });

  it.skipIf(!isBuilt)(
    "killed at any moment and begun again, or finished by run, has the same bits",
    async () => {
      const folder = await temporaryFolder();
      const wanted = await whole(folder);
      const work = join(folder, "work");
      await done(planned(folder, 2));
      const stages = [["stage", "prepare", work], pieceOf(folder, 1), pieceOf(folder, 2)];
      let killedCount = 0;
      const kill = async (command: readonly string[]) => {
        const wait = 500 + 250 * killedCount;
        const code = await runBuilt(command, (child) =>
          setTimeout(() => child.kill(killedCount % 2 ? "SIGTERM" : "SIGKILL"), wait),
        );
        if (code !== 0) killedCount++;
      };
      for (const command of stages.slice(0, 2)) {
        await kill(command);
        await done(command);
      }
      await kill(stages[2]);
      const resumed = ["run", ...inputs(), "--out", join(folder, "out.zarr"), "--run-dir", work, "--resume"];
      expect(Number((await done(resumed)).resumed_pieces)).toBeGreaterThan(1);
      expect(killedCount).toBeGreaterThan(0);
      expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
      expect(existsSync(work)).toBe(false);

      await rm(join(folder, "out.zarr"), { recursive: true });
      const begun = [...resumed.slice(0, -1), "--save-every", "0", "--no-report"];
      const code = await runBuilt(begun, (child) => {
        const timer = setInterval(async () => {
          const text = await readFile(join(work, "manifest.jsonl"), "utf8").catch(() => "");
          if (text.includes('"section-2/')) child.kill("SIGKILL");
        }, 2);
        child.once("close", () => clearInterval(timer));
      });
      expect(code).toBe("SIGKILL");
      await done(planned(folder, 3));
      for (const command of [...stages, pieceOf(folder, 3), ["stage", "write", work]]) await done(command);
      expect(await digest(join(folder, "out.zarr"))).toBe(wanted);
    },
  );
});

describe("stages of sections refuse", () => {
  it("what comes too early, what is damaged, and what is another run's, by name", async () => {
    const folder = await temporaryFolder();
    const other = await temporaryFolder();
    const work = join(folder, "work");
    const options = ["--smoothing", "5", "--method", "weighted"];
    for (const place of [folder, other]) {
      await done(planned(place, 2, options));
      expect(await refused(pieceOf(place, 1))).toContain("First: flashdeconv stage prepare");
      expect(await refused(["stage", "write", join(place, "work")])).toContain("stage prepare");
      await done(["stage", "prepare", join(place, "work")]);
      await done(pieceOf(place, 1));
    }
    expect(await refused(["stage", "write", work])).toContain(`stage section ${work} --piece 2`);
    expect(await refused(["stage", "survey", work, "--piece", "1"])).toContain("prepare, section, write");
    expect(await refused([...pieceOf(folder, 3)])).toContain("from 1 to 2");
    await done(pieceOf(folder, 2));
    const part = `section1/0-${spotCounts[0]}.piece`;
    const path = join(work, "parts", part);
    const content = await readFile(path);
    await truncate(path, content.length - 1);
    expect(await refused(["stage", "write", work])).toContain(`stage section ${work} --piece 1`);
    expect((await done(pieceOf(folder, 1))).spot_count).toBe(spotCounts[0]);
    expect(await readFile(path)).toEqual(content);
    await writeFile(path, await readFile(join(other, "work/parts", part)));
    expect(await refused(["stage", "write", work])).toContain(`${path}: found a part of another run`);
    expect(await refused(pieceOf(folder, 1))).toContain("found a part of another run");
  });

  it("a section or a reference that has changed since, and options that are not of stages", async () => {
    const folder = await temporaryFolder();
    const [section, reference] = ["spatial.zarr", "reference.zarr"].map((name) => join(folder, name));
    for (const path of [section, reference])
      await cp(join(data, path.slice(folder.length)), path, { recursive: true });
    const given = inputs(section, reference);
    const stats = ["--save-stats", join(folder, "stats")];
    expect(await refused(planned(folder, 2, stats, given))).toContain("gone once the result is written");
    await done(planned(folder, 2, [], given));
    await done(["stage", "prepare", join(folder, "work")]);
    const attributes = join(reference, "X", ".zattrs");
    const before = await readFile(attributes);
    await appendFile(attributes, " ");
    expect(await refused(pieceOf(folder, 1))).toMatch(/other inputs or options \(.*reference\.zarr/);
    await rm(reference, { recursive: true });
    await cp(join(data, "reference.zarr"), reference, { recursive: true, preserveTimestamps: true });
    expect(before).toEqual(await readFile(attributes));
    await appendFile(join(section, "X", ".zattrs"), " ");
    expect(await refused(pieceOf(folder, 1))).toMatch(/other inputs or options \(.*spatial\.zarr/);
  });
});

it("sections are done beside a run folder in a bucket, which keeps what is not done of them", async () => {
  const folder = await temporaryFolder();
  const service = await objectService();
  const reach = ["--endpoint-url", service.url, "--anonymous"];
  const work = "s3://lab/work";
  const keys = () => [...service.objects.keys()].filter((key) => key.startsWith("lab/work/"));
  const out = join(folder, "out.zarr");
  await done([
    ...["stage", "plan", ...inputs(), "--out", out, "--run-dir", work, "--pieces", "2", "--no-report"],
    ...reach,
  ]);
  await done(["stage", "prepare", work, ...reach]);
  await done(["stage", "section", work, "--piece", "2", ...reach]);
  const section = "lab/work/parts/section-1/";
  service.allows = ({ method, url }) => method !== "PUT" || !/parts\/section1\//.test(url.pathname);
  const first = ["stage", "section", work, "--piece", "1", "--save-every", "0", ...reach];
  expect((await runCli([...first, "--json"])).code).toBe(2);
  expect(keys().filter((key) => key.startsWith(section)).length).toBeGreaterThan(1);
  service.allows = () => true;
  await done(first);
  expect(keys().filter((key) => key.startsWith(section))).toEqual([]);
  await done(["stage", "write", work, ...reach]);
  expect(await digest(out)).toBe(await whole(folder, ["--run-dir", "s3://lab/alone", ...reach]));
  expect(keys().sort()).toEqual(["lab/work/manifest.jsonl", "lab/work/plan.json"]);
});

it("groups of sections are whole, at most as many as asked for, and about equal", () => {
  const counts = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 70 }), (spots, most) => {
      const groups = groupSections(spots, most);
      expect(groups).toHaveLength(Math.min(most, spots.length));
      expect(groups.flat().sort((a, b) => a - b)).toEqual([...spots.keys()]);
      const sums = groups.map((group) => group.reduce((sum, i) => sum + spots[i], 0));
      // What the greatest has over the least is no more than one of its sections.
      const greatest = groups[sums.indexOf(Math.max(...sums))];
      const smallest = Math.min(...greatest.map((i) => spots[i]));
      expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(smallest);
    }),
  );
});
