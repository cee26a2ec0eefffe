// Runs the built command line with default settings on every section of ../shared/data/real and keeps what it found,
// with the scores where a truth is known (pnpm bench:real). Quality only: no timings. Writes results/real-sections.json.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { circumstances } from "./lib/circumstances.mjs";
import { CLI, ROOT } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const SECTIONS = join(ROOT, "../shared/data/real");

/** What the package's own method gives at its optimum with default settings (flattened Pearson). */
const PUBLISHED_OPTIMUM = { "starmap-cortex": 0.8594, "cerebellum-sim": 0.9666 };

if (!existsSync(SECTIONS)) {
  console.error(`${SECTIONS} is not here: nothing to run.`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "flashdeconv-real-"));
try {
  const where = circumstances();
  const results = readdirSync(SECTIONS).sort().map(tryOut);
  console.log(saveResult("real-sections", { kind: "real-sections", ...where, results }));
  updateTables();
  for (const { name, run, scores, published } of results) {
    const pearson = scores
      ? `Pearson ${scores.pearson.toFixed(4)} (published method at its optimum ${published})`
      : "no truth";
    console.log(
      `${name}: ${run.spot_count} spots, ${run.sweeps} sweeps, converged ${run.converged}, ${pearson}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function tryOut(name) {
  const input = join(SECTIONS, name);
  const out = join(scratch, `${name}.zarr`);
  const reference = join(input, "reference.zarr");
  const run = json("run", join(input, "spatial.zarr"), "--reference", reference, "--out", out);
  const truth = join(input, "truth.csv");
  return {
    name,
    run: figures(run),
    scores: existsSync(truth) ? json("evaluate", out, "--truth", truth) : undefined,
    published: PUBLISHED_OPTIMUM[name],
  };
}

function json(...args) {
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  return JSON.parse(execFileSync(process.execPath, [CLI, ...args, "--json", "--quiet"], options));
}

function figures({ result, key, resources, cell_types: types, ...rest }) {
  return { type_count: types.length, ...rest };
}
