import { cp, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { thisOwner } from "../../../packages/stores/src/node/owner-tag.js";
import { objectService } from "../../../packages/stores/test/object-service.js";
import { buildProgram } from "../src/build-program.js";
import { flagOf, runFacts, WITHOUT_EFFECT } from "../src/options/run-facts.js";
import { deconvolveOptions, type RunFlags } from "../src/options/run-flags.js";
import { processEnvironment } from "../src/process-environment.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { writeContainer } from "./small-container.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();

interface Scene {
  readonly folder: string;
  readonly section: string;
  /** What to add to `run section --reference cells`. */
  readonly target: readonly string[];
}

async function scene(kind: "store" | "container", target: (folder: string) => string[]): Promise<Scene> {
  const folder = await temporaryFolder();
  const section = join(folder, "section.zarr");
  if (kind === "container") await writeContainer(section, 2);
  else await cp(stores.spatial, section, { recursive: true, preserveTimestamps: true });
  return { folder, section, target: target(folder) };
}

const run = ({ section, target }: Scene, ...more: string[]) =>
  runCli(["run", section, "--reference", stores.reference, ...target, "--json", ...more]);

/** Names and times of all files. */
async function stateOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Promise.all(files.sort().map(async (file) => `${file} ${(await stat(file)).mtimeMs}`));
}

const OUTPUTS: [string, () => Promise<Scene>, "refused" | "made"][] = [
  ["--out", () => scene("store", (folder) => ["--out", join(folder, "out.zarr")]), "refused"],
  [
    "--out in a folder to be made",
    () => scene("store", (at) => ["--out", join(at, "a/out.zarr")]),
    "refused",
  ],
  ["--in-place", () => scene("store", () => ["--in-place"]), "made"],
  ["--in-place in a container", () => scene("container", () => ["--in-place"]), "made"],
  ["--new-table", () => scene("container", () => ["--new-table", "types"]), "refused"],
  [
    "--save-stats",
    () => scene("store", (at) => ["--out", join(at, "out.zarr"), "--save-stats", join(at, "stats")]),
    "refused",
  ],
  [
    "--in-place --save-stats",
    () => scene("store", (at) => ["--in-place", "--save-stats", join(at, "stats")]),
    "refused",
  ],
];

describe.each(OUTPUTS)("--resume of a run that was finished, %s", (_, make, other) => {
  it("ends with 0, says so and changes nothing; another result is treated as ever", async () => {
    const at = await make();
    const first = await run(at, "--resume");
    expect(first.code, first.stdout).toBe(0);
    expect(JSON.parse(first.stdout).already_done).toBeUndefined();
    const before = await stateOf(at.folder);
    // What no result depends on may be another.
    for (const more of [[], ["--workers", "2", "--use-scratch", "always"], ["--overwrite"]]) {
      const again = await run(at, "--resume", ...more);
      expect(again.code, again.stdout).toBe(0);
      const { reference_score } = JSON.parse(first.stdout);
      expect(reference_score.level).toMatch(/green|amber/);
      expect(JSON.parse(again.stdout)).toMatchObject({
        already_done: true,
        key: "flashdeconv",
        reference_score,
      });
      expect(again.stderr).not.toContain("nothing to resume");
      expect(await stateOf(at.folder)).toEqual(before);
    }
    // What is found instead, and what becomes of it, is not kept quiet.
    const different = await run(at, "--resume", "--smoothing", "3", "--quiet");
    const told = '--smoothing: was "auto", is 3';
    if (other === "made")
      expect(different.stderr).toContain(`was made of something else, and is replaced: ${told}.`);
    if (other === "refused") {
      expect(different.code).toBe(2);
      expect(different.stdout).toContain("option --resume: found ");
      expect(JSON.parse(different.stdout).error.found).toContain(
        `which is already there and was made of something else (${told})`,
      );
      expect(await stateOf(at.folder)).toEqual(before);
      expect((await run(at, "--resume", "--smoothing", "3", "--overwrite")).code).toBe(0);
    } else expect(different.code, different.stdout).toBe(0);
    const last = await run(at, "--resume", "--smoothing", "3");
    expect(JSON.parse(last.stdout).already_done).toBe(true);
  });
});

describe("--resume", () => {
  it("of a result in a bucket that was finished ends with 0", async () => {
    const service = await objectService();
    const at = await scene("store", () => ["--out", "s3://lab/out.zarr"]);
    const variables = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const bucket = ["--endpoint-url", service.url, "--anonymous"];
    const runDir = ["--run-dir", join(at.folder, "dir"), "--resume"];
    const args = [
      "run",
      at.section,
      "--reference",
      stores.reference,
      ...at.target,
      "--json",
      ...bucket,
      ...runDir,
    ];
    const first = await runCli(args, { variables });
    expect(first.code, first.stdout).toBe(0);
    // As if it had been killed after its last upload.
    const mark = "lab/out.zarr/.flashdeconv-partial";
    const killed = JSON.stringify({ ...thisOwner(), pid: 999_999_999 });
    service.objects.set(mark, new TextEncoder().encode(killed));
    const before = [...service.objects.keys()].filter((key) => key !== mark);
    const again = await runCli(args, { variables });
    expect(again.code, again.stdout).toBe(0);
    expect(JSON.parse(again.stdout).already_done).toBe(true);
    expect([...service.objects.keys()]).toEqual(before);
  });

  it("after an input has changed makes nothing of what is there", async () => {
    const at = await scene("store", (folder) => ["--out", join(folder, "out.zarr")]);
    expect((await run(at)).code).toBe(0);
    await utimes(join(at.section, "X/data/.zarray"), 1000, 1000);
    const changed = await run(at, "--resume");
    expect(changed.code).toBe(2);
    expect(changed.stdout).toMatch(
      /already there and was made of something else \(X\/data of .*section\.zarr: has changed\)/,
    );
  });

  it("of a run that is asked for statistics now that were not kept does not say that it is done", async () => {
    const at = await scene("store", () => ["--in-place"]);
    expect((await run(at)).code).toBe(0);
    const more = ["--resume", "--save-stats", join(at.folder, "stats")];
    const kept = await run(at, ...more);
    expect(kept.code, kept.stdout).toBe(0);
    expect(JSON.parse(kept.stdout).already_done).toBeUndefined();
    expect(await readdir(at.folder)).toContain("stats");
  });

  it("does not take what solve made of kept statistics for the run's own result", async () => {
    const at = await scene("store", (folder) => ["--out", join(folder, "out.zarr")]);
    const stats = join(at.folder, "stats");
    expect((await run(at, "--save-stats", stats)).code).toBe(0);
    await rm(join(at.folder, "out.zarr"), { recursive: true });
    expect((await runCli(["solve", stats, "--smoothing", "9", ...at.target])).code).toBe(0);
    const resumed = await run(at, "--resume", "--save-stats", stats);
    expect(resumed.code).toBe(2);
    expect(resumed.stdout).toMatch(/already there/);
  });

  it("never replaces what is not a finished result", async () => {
    const at = await scene("store", (folder) => ["--out", join(folder, "out.zarr")]);
    await cp(stores.spatial, join(at.folder, "out.zarr"), { recursive: true, preserveTimestamps: true });
    const before = await stateOf(at.folder);
    const { code, stdout } = await run(at, "--resume");
    expect(code).toBe(2);
    expect(stdout).toMatch(/did not write/);
    expect(await stateOf(at.folder)).toEqual(before);
  });

  it("that finds its run finished leaves pieces of another run", async () => {
    const at = await scene("store", (folder) => ["--out", join(folder, "out.zarr")]);
    expect((await run(at)).code).toBe(0);
    const stop = new AbortController();
    const other = ["--overwrite", "--smoothing", "2", "--save-every", "0"];
    const args = ["run", at.section, "--reference", stores.reference, ...at.target, "--json", ...other];
    const stopped = await runCli(args, {
      signal: stop.signal,
      onStderr: (text) => text.includes("summing up spots") && stop.abort(new Error("interrupted")),
    });
    expect(stopped.code).toBe(130);
    // The JSON object says what standard error says.
    const { message, remedy } = JSON.parse(stopped.stdout).error;
    expect(remedy).toMatch(/^What was done is kept in .*\.out\.zarr\.run: the same command with --resume/);
    expect(message).toContain(remedy);
    expect(stopped.stderr).toContain(remedy);
    const kept = await readdir(join(at.folder, ".out.zarr.run"));
    expect(JSON.parse((await run(at, "--resume")).stdout).already_done).toBe(true);
    expect((await readdir(join(at.folder, ".out.zarr.run"))).sort()).toEqual(kept.sort());
  });
});

describe("the fingerprint", () => {
  it("holds every option of run, but those that no result depends on", async () => {
    const program = buildProgram(processEnvironment());
    const options = program.commands.find((command) => command.name() === "run")?.options ?? [];
    expect(options.length).toBeGreaterThan(40);
    for (const name of WITHOUT_EFFECT) expect(options.map((one) => one.attributeName())).toContain(name);
    const flags = { reference: "cells.zarr" };
    const resolved = await deconvolveOptions("section.zarr", flags);
    for (const option of options) {
      const name = option.attributeName();
      if (WITHOUT_EFFECT.has(name)) continue;
      const facts = runFacts("section.zarr", { ...flags, [name]: "given" }, resolved);
      const isThere = flagOf(name) in facts || RESOLVED.has(name);
      expect(isThere, `${name} is neither in the facts of a run nor without effect`).toBe(true);
    }
  });
});

it("is of no option that the method does not have, or that another makes meaningless", async () => {
  const factsWith = async (flags: Partial<RunFlags>) => {
    const all = { reference: "cells.zarr", ...flags };
    return Object.keys(runFacts("section.zarr", all, await deconvolveOptions("section.zarr", all)));
  };
  const normalized = ["--preprocess", "--target-sum", "--log-base", "--sketch-dim", "--seed"];
  const article = await factsWith({ method: "flashdeconv" });
  expect(article).toEqual(expect.arrayContaining(["--n-hvg", "--neighbors", ...normalized]));
  expect(article).not.toContain("--overdispersion");
  const weighted = await factsWith({});
  expect(weighted).toEqual(expect.arrayContaining(["--overdispersion", "--neighbors", "--smoothing"]));
  for (const flag of [...normalized, "--platform", "--n-hvg", "--n-markers"]) {
    expect(weighted).not.toContain(flag);
  }
  expect(await factsWith({ smoothing: "none" })).not.toContain("--neighbors");
  expect(await factsWith({ genes: "selected" })).toContain("--n-hvg");
  expect(await factsWith({ method: "flashdeconv", sketchDim: "none" })).not.toContain("--seed");
});

/** Options that are in the facts as what they come to, which may be nothing. */
const RESOLVED: ReadonlySet<string> = new Set([
  "radius",
  "platform",
  "solverOptions",
  "maxTypes",
  "hierarchy",
]);
