import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ObjectService, objectService } from "../../../packages/stores/test/object-service.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

/** Two blocks of spots. */
let data = "";
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "flashdeconv-bucket-"));
  const tissue = ["--spots", "5000", "--genes", "60", "--depth", "60", "--overwrite"];
  const made = await runCli(["simulate", data, ...tissue]);
  expect(made.code, made.stderr).toBe(0);
});
afterAll(() => rm(data, { recursive: true, force: true }));
beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|AZURE|GOOGLE|CLOUDSDK)_/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", "/no/such/home");
});
afterEach(() => vi.unstubAllEnvs());

interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
}

/** Runs the built command line somewhere else; `onStart` may end it. */
function runElsewhere(
  args: readonly string[],
  cwd: string,
  onStart: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args, "--json", "--quiet"], { cwd });
  let stdout = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.resume();
  onStart(child);
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code: code ?? signal, stdout }));
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

/** A service in which section and reference lie. */
async function filledService(): Promise<ObjectService> {
  const service = await objectService();
  for (const name of ["spatial.zarr", "reference.zarr"]) {
    const files = await readdir(join(data, name), { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      const path = join(file.parentPath, file.name);
      service.objects.set(`lab${path.slice(data.length)}`, await readFile(path));
    }
  }
  return service;
}

const INPUTS = ["s3://lab/spatial.zarr", "--reference", "s3://lab/reference.zarr", "--method", "weighted"];
const WORK = "s3://lab/runs/work";
const PLAN = ["stage", "plan", ...INPUTS, "--out", "s3://lab/out.zarr", "--run-dir", WORK, "--pieces", "2"];

function keysBelow({ objects }: ObjectService, prefix: string): string[] {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
  return keys.map((key) => key.slice(prefix.length)).sort();
}

/** A digest of all objects of a store but the command that made it. */
function digest(service: ObjectService, store: string): string {
  const hash = createHash("sha256");
  const keys = keysBelow(service, `lab/${store}/`).filter((key) => !key.includes("_command"));
  expect(keys.length).toBeGreaterThan(10);
  for (const key of keys) hash.update(key).update(service.objects.get(`lab/${store}/${key}`) as Uint8Array);
  return hash.digest("hex");
}

interface Plan {
  readonly stages: { readonly stage: string; readonly pieces: readonly { readonly piece: number }[] }[];
}

function commandsOf({ stages }: Plan): string[][] {
  return stages.flatMap(({ stage, pieces }) =>
    pieces.length === 0
      ? [["stage", stage, WORK]]
      : pieces.map(({ piece }) => ["stage", stage, WORK, "--piece", String(piece)]),
  );
}

describe("a run in stages whose folder is in a bucket", () => {
  it.skipIf(!isBuilt)(
    "has the bits of run, wherever its stages are started, and after one was killed",
    async () => {
      const service = await filledService();
      const [elsewhere, scratch] = [await temporaryFolder(), await temporaryFolder()];
      const reach = ["--endpoint-url", service.url];
      const own = [...reach, "--scratch", scratch];
      await done(["run", ...INPUTS, "--out", "s3://lab/whole.zarr", ...reach]);
      const planned = await runElsewhere([...PLAN, ...reach], elsewhere);
      expect(planned.code, planned.stdout).toBe(0);
      const { plan } = JSON.parse(planned.stdout) as { plan: Plan };
      const shown = service.objects.get("lab/runs/work/plan.json") as Uint8Array;
      expect(JSON.parse(Buffer.from(shown).toString())).toEqual(plan);
      for (const command of commandsOf(plan)) {
        if (command[1] === "choose") {
          const killed = await runElsewhere([...command, ...own], tmpdir(), (child) => {
            service.loses = ({ url }) => {
              if (url.pathname.endsWith("manifest.jsonl")) child.kill("SIGKILL");
              return false;
            };
          });
          service.loses = () => false;
          expect(killed.code).toBe("SIGKILL");
          expect(keysBelow(service, "lab/runs/work/")).toContain("lock");
          const again = await runElsewhere([...command, ...own], "/");
          expect(again.code, again.stdout).toBe(0);
        } else await done([...command, ...own]);
        expect(keysBelow(service, "lab/runs/work/")).not.toContain("lock");
      }
      expect(digest(service, "out.zarr")).toBe(digest(service, "whole.zarr"));
      expect(keysBelow(service, "lab/runs/work/")).toEqual(["manifest.jsonl", "plan.json"]);
      expect(await readdir(scratch)).toEqual([]);
      const last = commandsOf(plan).at(-1) as string[];
      expect(await done([...last, ...own])).toMatchObject({ run: { already_done: true } });
      expect((await done([...commandsOf(plan)[0], ...own])).already_done).toBe(true);
    },
  );

  it("is finished by run, and started over", async () => {
    const service = await filledService();
    const folder = await temporaryFolder();
    const out = join(folder, "out.zarr");
    const run = ["run", ...INPUTS, "--out", out, "--run-dir", WORK, "--endpoint-url", service.url];
    const plan = [...PLAN.map((one) => (one.startsWith("s3://lab/out") ? out : one))];
    await done([...plan, "--endpoint-url", service.url]);
    await done(["stage", "prepare", WORK, "--endpoint-url", service.url]);
    expect(await refused(run)).toContain(`${WORK}: found a run that was started at`);
    expect(Number((await done([...run, "--resume"])).resumed_pieces)).toBeGreaterThan(2);
    // The plan was the stages'; a run that is alone leaves nothing.
    expect(keysBelow(service, "lab/runs/")).toEqual([]);
    await rm(out, { recursive: true });
    await done([...plan, "--endpoint-url", service.url]);
    await done([...run, "--restart"]);
    expect(keysBelow(service, "lab/runs/")).toEqual([]);
    expect(existsSync(out)).toBe(true);
  });

  it("refuses what is in the way", async () => {
    const service = await filledService();
    const reach = ["--endpoint-url", service.url];
    service.objects.set("lab/runs/work/notes.txt", Buffer.from("not ours"));
    expect(await refused([...PLAN, ...reach])).toContain("other things in it (notes.txt)");
    service.objects.delete("lab/runs/work/notes.txt");
    const inside = PLAN.map((one) => (one === WORK ? "s3://lab/spatial.zarr/work" : one));
    expect(await refused([...inside, ...reach])).toContain("option --run-dir");
    const web = PLAN.map((one) => (one === WORK ? "https://example.org/work" : one));
    expect(await refused([...web, ...reach])).toContain("found a web server");
    await done([...PLAN, ...reach]);
    expect(await refused(["stage", "prepare", `${WORK}2`, ...reach])).toContain("found no run");
    service.allows = ({ method, url }) => method === "GET" || !url.pathname.startsWith("/lab/runs/");
    expect(await refused(["stage", "prepare", WORK, ...reach])).toContain("the answer 403 (AccessDenied)");
    service.allows = () => true;
    // The same bucket at another service is another place.
    const other = await filledService();
    for (const [key, bytes] of service.objects) other.objects.set(key, bytes);
    expect(await refused(["stage", "prepare", WORK, "--endpoint-url", other.url])).toContain(
      `--endpoint-url: was "${service.url}"`,
    );
    expect(keysBelow(service, "lab/out.zarr")).toEqual([]);
  });
});
