import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownWorkers, runArguments, runFigures } from "./run-command.mjs";
import { runNode } from "./run-measured.mjs";
import { summarizeProfiles } from "./summarize-profiles.mjs";

/** One run under V8's sampling profiler, each thread on its own, and where the time of all of them went. */
export async function profileRun(data, { workers: wanted, runOptions, keep }) {
  const { workers, flags } = knownWorkers(wanted);
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-profile-"));
  const out = join(data.folder, "result.zarr");
  try {
    const profiler = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
    const run = await runNode([...profiler, ...runArguments(data, out, [...flags, ...runOptions])]);
    const profiles = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
    return { workers, run: { ...run.usage, ...runFigures(run.output) }, ...summarizeProfiles(profiles) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!keep) rmSync(out, { recursive: true, force: true });
  }
}
