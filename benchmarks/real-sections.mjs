// Runs the built command line with default settings on every section of ../shared/data/real and keeps what it found, with
// the scores where a truth is known: node benchmarks/real-sections.mjs (after pnpm build). Writes results/real-sections.json.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sections = join(root, "../shared/data/real");
const cli = join(root, "apps/cli/bin/flashdeconv.js");

/** What the package's own method gives at its optimum with default settings (flattened Pearson). */
const PUBLISHED_OPTIMUM = { "starmap-cortex": 0.8594, "cerebellum-sim": 0.9666 };

if (!existsSync(sections)) {
  console.error(`${sections} is not here: nothing to run.`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "flashdeconv-real-"));
const json = (...args) =>
  JSON.parse(execFileSync(process.execPath, [cli, ...args, "--json"], { encoding: "utf8" }));

try {
  const results = readdirSync(sections).map((name) => {
    const input = join(sections, name);
    const out = join(scratch, `${name}.zarr`);
    const run = json(
      "run",
      join(input, "spatial.zarr"),
      "--reference",
      join(input, "reference.zarr"),
      "--out",
      out,
    );
    const truth = join(input, "truth.csv");
    const scores = existsSync(truth) ? json("evaluate", out, "--truth", truth) : undefined;
    const { genes_used: genes, ...parameters } = run.parameters;
    const published = PUBLISHED_OPTIMUM[name];
    return {
      name,
      parameters: { ...parameters, genes_used: genes.length },
      notices: run.notices,
      scores,
      published,
    };
  });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const report = { made: new Date().toISOString(), commit, machine, results };
  writeFileSync(join(root, "benchmarks/results/real-sections.json"), `${JSON.stringify(report, null, 2)}\n`);
  for (const { name, parameters, scores, published } of results) {
    const pearson = scores
      ? `Pearson ${scores.pearson?.toFixed(4)} (published method at its optimum ${published})`
      : "no truth";
    console.log(
      `${name}: ${parameters.spot_count} spots, ${parameters.sweeps} sweeps, converged ${parameters.converged}, ${pearson}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
