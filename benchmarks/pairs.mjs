// Runs the built command line of an earlier checkout and of this one by turns on the same section, from start to exit.
//   node benchmarks/pairs.mjs --before ../older --name pairs-1m-gzip --data folder [--rounds 3] [--methods default,weighted,flashdeconv]
// --data: a folder with spatial.zarr and reference.zarr, as `flashdeconv simulate` makes. Of the earlier one each method is its own; "default"
// is whatever either does by itself. This one runs with --no-report, since earlier ones have none. Writes results/<name>.json.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { median } from "./lib/median.mjs";
import { ROOT } from "./lib/places.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const { values: given } = parseArgs({
  options: {
    before: { type: "string" },
    data: { type: "string" },
    name: { type: "string" },
    rounds: { type: "string", default: "3" },
    methods: { type: "string", default: "default,weighted,flashdeconv" },
  },
});
if (!given.before || !given.data || !given.name) throw new Error("--before, --data and --name are needed.");
const where = circumstances();
const sides = { before: resolve(given.before), now: ROOT };
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-pairs-"));
const run = async (side, method) => {
  const out = join(folder, "out.zarr");
  rmSync(out, { recursive: true, force: true });
  const flags = [
    ...(method === "default" ? [] : ["--method", method]),
    ...(side === "now" ? ["--no-report"] : []),
  ];
  const { usage } = await runNode([
    join(sides[side], "apps/cli/bin/flashdeconv.js"),
    ...["run", join(given.data, "spatial.zarr"), "--reference", join(given.data, "reference.zarr")],
    ...["--out", out, "--json", "--quiet", ...flags],
  ]);
  const { wall_seconds, cpu_seconds, peak_rss_bytes } = usage;
  return { wall_seconds, cpu_seconds, peak_rss_bytes };
};

const methods = given.methods.split(",").map((method) => ({ method, before: [], now: [] }));
try {
  for (let round = 0; round < Number(given.rounds); round++) {
    for (const one of methods) {
      for (const side of ["before", "now"]) one[side].push(await run(side, one.method));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const counts = JSON.parse(readFileSync(join(given.data, "spatial.zarr/X/data/.zarray"), "utf8"));
const result = {
  kind: "pairs",
  ...where,
  before: execFileSync("git", ["rev-parse", "HEAD"], { cwd: sides.before, encoding: "utf8" }).trim(),
  data: { name: basename(given.data), non_zeros: counts.shape[0], compressor: counts.compressor },
  results: methods.map(({ method, before, now }) => ({
    method,
    ratio: median(now.map(({ wall_seconds }, i) => wall_seconds / before[i].wall_seconds)),
    before: summary(before),
    now: summary(now),
    rounds: { before, now },
  })),
};
saveResult(given.name, result);
updateTables();

function summary(runs) {
  return {
    wall_seconds: median(runs.map(({ wall_seconds }) => wall_seconds)),
    cpu_seconds: median(runs.map(({ cpu_seconds }) => cpu_seconds)),
    peak_rss_bytes: Math.max(...runs.map(({ peak_rss_bytes }) => peak_rss_bytes)),
  };
}
