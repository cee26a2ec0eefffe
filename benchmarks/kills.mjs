// Kills runs at random moments, again and again, by the same command with --resume in a loop, and compares what they end with.
//   node benchmarks/kills.mjs [--size 100k | --data FOLDER] [--kills 100] [--in-a-row 5] [--seed 1] [--name kills]
// A loop is killed some times in a row, then left to its end, then run once more, which must find it done. Every run keeps its pieces at once
// (--save-every 0), else runs of seconds would keep none. Kinds of kills: at random moments; the same with what was left looking as in
// a container that started again, its process numbers given to others; in the midst of a commit in place; and, a few times, in a process namespace of its own, which
// nobody can look into (where `unshare` works: the next run watches such a lock for a minute). Exits with 1 if a loop did not end with 0
// and the same bits, if an output was ever there in part, or if anything lay beside it in the end. Writes results/<name>.json.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { giveNumberAgain, hasContainers, isCommitting, runAndKill } from "./lib/kill.mjs";
import { numberStream } from "./lib/number-stream.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { CLI } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { digest } from "./lib/store-digest.mjs";
import { updateTables } from "./make-table.mjs";

const SCRATCH = ["--use-scratch", "always"];
const LEAST_SQUARES = ["--method", "weighted"];
const ARTICLE = ["--method", "flashdeconv"];
/** Options, and where the result goes. */
const MODES = {
  "refined, in memory": { options: [], output: "out" },
  "refined, on scratch, in place": { options: SCRATCH, output: "in-place" },
  "refined, on scratch, with statistics": { options: SCRATCH, output: "stats" },
  "weighted, with statistics": { options: LEAST_SQUARES, output: "stats" },
  "flashdeconv, in memory, in place": { options: ARTICLE, output: "in-place" },
  "flashdeconv, on scratch": { options: [...ARTICLE, ...SCRATCH], output: "out" },
  "flashdeconv, strong smoothing, on scratch, with statistics": {
    options: [...ARTICLE, ...SCRATCH, "--lambda", "500"],
    output: "stats",
  },
};
/** A process namespace that is gone costs a minute. */
const MOST_CONTAINED = 2;

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "100k" },
    data: { type: "string" },
    kills: { type: "string", default: "100" },
    "in-a-row": { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    name: { type: "string", default: "kills" },
  },
});
// A folder that `flashdeconv simulate` made, or the data of the other measurements.
const data = given.data
  ? {
      spatial: join(given.data, "spatial.zarr"),
      reference: join(given.data, "reference.zarr"),
      facts: JSON.parse(readFileSync(join(given.data, "facts.json"), "utf8")),
    }
  : prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const where = circumstances();
const random = numberStream(Number(given.seed));
const names = Object.keys(MODES);
const isContainable = hasContainers();
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-kills-"));
const section = join(folder, "section.zarr");
const out = join(folder, "out.zarr");
const stats = join(folder, "stats.zarr");

const wholes = {};
for (const mode of names) {
  renew();
  const whole = await runAndKill(commandOf(mode));
  if (whole.code !== 0)
    throw new Error(`The undisturbed run ${mode} ended with ${whole.code}.\n${whole.stderr}`);
  wholes[mode] = { milliseconds: whole.milliseconds, digest: digestOf(mode) };
}

const loops = [];
let killCount = 0;
let containedCount = 0;
for (let i = 0; killCount < Number(given.kills); i++) {
  const mode = names[i % names.length];
  renew();
  const kills = [];
  const most = Math.min(Number(given["in-a-row"]), Number(given.kills) - killCount);
  let isHalf = false;
  while (kills.length < most) {
    const kill = await killOnce(mode);
    if (kill === undefined) break;
    kills.push(kill);
    isHalf ||= isThereInPart(mode);
    console.error(JSON.stringify({ mode, ...kill }));
  }
  killCount += kills.length;
  const last = await runAndKill([...commandOf(mode), "--resume"]);
  const again = await runAndKill([...commandOf(mode), "--resume"]);
  const loop = {
    mode,
    kills,
    half_written: isHalf,
    codes: [last.code, again.code],
    found_done: again.code === 0 && JSON.parse(again.stdout).already_done === true,
    resumed_pieces: last.code === 0 ? JSON.parse(last.stdout).resumed_pieces : null,
    resumed_ms: Math.round(last.milliseconds),
    same_bits: last.code === 0 && digestOf(mode) === wholes[mode].digest,
    left: leftOvers(mode),
  };
  loops.push(loop);
  console.error(JSON.stringify({ ...loop, kills: kills.length }));
  save();
  if (last.code !== 0 || again.code !== 0)
    console.error(last.stdout + last.stderr + again.stdout + again.stderr);
}
rmSync(folder, { recursive: true, force: true });

const good = loops.filter(isGood).length;
const saved = save();
updateTables();
console.log(
  saved,
  `${killCount} kills (${JSON.stringify(kindsOf(loops))}), ${good} of ${loops.length} loops ended well`,
);
process.exitCode = good === loops.length ? 0 : 1;

function isGood({ codes, same_bits, half_written, found_done, left }) {
  return codes.every((code) => code === 0) && same_bits && found_done && !half_written && left.length === 0;
}

function kindsOf(some) {
  const kinds = {};
  for (const { kind } of some.flatMap(({ kills }) => kills)) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

/** Also after each loop: the whole takes long. */
function save() {
  return saveResult(given.name, {
    kind: "kills",
    ...where,
    data: data.facts,
    modes: names.map((mode) => ({ mode, whole_ms: Math.round(wholes[mode].milliseconds) })),
    kills: killCount,
    kinds: kindsOf(loops),
    good: loops.filter(isGood).length,
    loops,
  });
}

/** Runs and kills; undefined where the run was quicker. */
async function killOnce(mode) {
  const isInPlace = MODES[mode].output === "in-place";
  const draw = random();
  const after = random() * wholes[mode].milliseconds;
  const isContained = isContainable && draw < 0.04 && containedCount < MOST_CONTAINED;
  if (isContained) containedCount++;
  const isAtCommit = isInPlace && !isContained && draw > 0.75;
  const isTime = isAtCommit ? () => isCommitting(section) : (milliseconds) => milliseconds > after;
  const killed = await runAndKill([...commandOf(mode), "--resume"], { isTime, isContained });
  if (killed.code === 0) return undefined;
  if (killed.code !== "SIGKILL")
    throw new Error(`A run of ${mode} ended with ${killed.code}.\n${killed.stderr}${killed.stdout}`);
  // Threads and the namespace end a moment after.
  if (isContained) await new Promise((resolve) => setTimeout(resolve, 200));
  const isReused = !isContained && random() < 0.4 && giveNumberAgain(folder) > 0;
  const moment = isAtCommit ? "in the commit" : isContained ? "in a namespace of its own" : "anywhere";
  return {
    kind: isReused ? `${moment}, number given again` : moment,
    after_ms: Math.round(killed.milliseconds),
  };
}

function commandOf(mode) {
  const { options, output } = MODES[mode];
  const target = output === "in-place" ? ["--in-place"] : ["--out", out];
  const more = output === "stats" ? ["--save-stats", stats] : [];
  const inputs = ["run", output === "in-place" ? section : data.spatial, "--reference", data.reference];
  return [CLI, ...inputs, ...target, ...more, "--json", "--save-every", "0", ...options];
}

function renew() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  cpSync(data.spatial, section, { recursive: true, preserveTimestamps: true });
}

/** A new store is there as a whole or not at all. In place the next run completes what is half made. */
function isThereInPart(mode) {
  return MODES[mode].output !== "in-place" && existsSync(out) && !wholes[mode].digest.startsWith(digest(out));
}

function digestOf(mode) {
  const { output } = MODES[mode];
  return output === "in-place" ? digest(section) : digest(out) + (output === "stats" ? digest(stats) : "");
}

function leftOvers(mode) {
  const { output } = MODES[mode];
  const wanted = [
    "section.zarr",
    ...(output === "in-place" ? [] : ["out.zarr", "out.report.html"]),
    ...(output === "stats" ? ["stats.zarr"] : []),
  ];
  const hidden = readdirSync(section).filter((name) => name.startsWith(".flashdeconv"));
  return [...readdirSync(folder).filter((name) => !wanted.includes(name)), ...hidden];
}
