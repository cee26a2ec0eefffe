// Kills runs at random moments over their whole length, starts them again with --resume and compares what they end with.
//   node benchmarks/kills.mjs [--size 100k] [--kills 100] [--seed 1] [--name kills]
// A sixth of the kills each: both methods in memory and on scratch, and the article's again with strong smoothing. Every run keeps its pieces
// at once (--save-every 0), else runs of seconds would keep none. Exits with 1 if a resumed run ended with other bits or another code
// than 0, if an output was ever there in part, or if anything lay beside it in the end. Writes results/<name>.json.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { runArguments } from "./lib/run-command.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const MODES = {
  "weighted, in memory": ["--method", "weighted"],
  "weighted, on scratch": ["--method", "weighted", "--use-scratch", "always"],
  "flashdeconv, in memory": [],
  "flashdeconv, on scratch": ["--use-scratch", "always"],
  "flashdeconv, strong smoothing, in memory": ["--lambda", "500"],
  "flashdeconv, strong smoothing, on scratch": ["--use-scratch", "always", "--lambda", "500"],
};
const OUT = "out.zarr";

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "100k" },
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    name: { type: "string", default: "kills" },
  },
});
const data = prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const where = circumstances();
const random = numberStream(Number(given.seed));
const names = Object.keys(MODES);

const wholes = {};
for (const name of names) {
  const folder = newFolder();
  const whole = await run(folder, name);
  if (whole.code !== 0)
    throw new Error(`The undisturbed run ${name} ended with ${whole.code}.\n${whole.stderr}`);
  wholes[name] = { milliseconds: whole.milliseconds, digest: digest(join(folder, OUT)) };
  rmSync(folder, { recursive: true });
}

const rounds = [];
for (let i = 0; rounds.length < Number(given.kills); i++) {
  const mode = names[i % names.length];
  const { milliseconds, digest: wanted } = wholes[mode];
  const after = random() * milliseconds;
  const folder = newFolder();
  const killed = await run(folder, mode, { after });
  // Some are quicker than the undisturbed run: they do not count.
  if (killed.code === "SIGKILL") {
    const out = join(folder, OUT);
    const isHalf = existsSync(out) && digest(out) !== wanted;
    const resumed = await run(folder, mode, { more: ["--resume"] });
    const round = {
      mode,
      after_ms: Math.round(after),
      stage: stageOf(killed.stderr),
      half_written: isHalf,
      code: resumed.code,
      resumed_pieces: resumed.code === 0 ? JSON.parse(resumed.stdout).resumed_pieces : null,
      resumed_ms: Math.round(resumed.milliseconds),
      same_bits: resumed.code === 0 && digest(out) === wanted,
      left: readdirSync(folder).filter((name) => name !== OUT),
    };
    rounds.push(round);
    console.error(JSON.stringify(round));
    if (resumed.code !== 0) console.error(resumed.stderr + resumed.stdout);
  }
  rmSync(folder, { recursive: true, force: true });
}

const isGood = (round) =>
  round.code === 0 && round.same_bits && !round.half_written && round.left.length === 0;
const result = {
  kind: "kills",
  ...where,
  data: data.facts,
  modes: names.map((mode) => ({ mode, whole_ms: Math.round(wholes[mode].milliseconds) })),
  kills: rounds.length,
  good: rounds.filter(isGood).length,
  went_on: rounds.filter((round) => round.resumed_pieces > 0).length,
  rounds,
};
const saved = saveResult(given.name, result);
updateTables();
console.log(
  saved,
  `${result.kills} kills, ${result.good} resumed to the same bits, ${result.went_on} from kept pieces`,
);
process.exitCode = result.good === result.kills ? 0 : 1;

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-kills-"));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs into a folder; kills after so many ms, if given. */
async function run(folder, mode, { after, more = [] } = {}) {
  const args = runArguments(data, join(folder, OUT), [...MODES[mode], "--save-every", "0", ...more]);
  const start = performance.now();
  const child = spawn(
    process.execPath,
    args.filter((arg) => arg !== "--quiet"),
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const timer = after !== undefined && setTimeout(() => child.kill("SIGKILL"), after);
  const code = await new Promise((resolve) =>
    child.once("close", (status, signal) => resolve(status ?? signal)),
  );
  clearTimeout(timer);
  return { code, stdout, stderr, milliseconds: performance.now() - start };
}

/** The last stage that progress had named. */
function stageOf(stderr) {
  const stages = [...stderr.matchAll(/^([a-z ]+): /gm)].map(([, stage]) => stage);
  return stages.filter((stage) => stage !== "note").at(-1) ?? "before the first";
}

/** Of all files of a store. */
function digest(store) {
  const hash = createHash("sha256");
  const files = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(file.slice(store.length)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/** Numbers in 0 .. 1, the same for a seed. */
function numberStream(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
