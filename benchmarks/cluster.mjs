// Runs the workflow on a Slurm that it starts and removes again, and compares its results with those of `run`, bit by bit.
//   node benchmarks/cluster.mjs [--size small | campaign | million] [--pieces 1,4,16] [--kills 50] [--kill-pieces 4] [--starve 500] [--cpus 4] [--seed 1] [--name NAME] [--root FOLDER]
// First once for each number of --pieces (4); then, with --kills (0), jobs are ended at random until so many were: by scancel, by kill -9 of
// one process or of all, and by setting the node down. Snakemake itself is killed too. The same command is run again until it ends with 0.
// With --starve MIB each process of flashdeconv holds so much more than its plan says, in a round of its own: Slurm ends jobs for their memory,
// and Snakemake gives them more.
// What jobs take is read from Slurm (sstat), which ends a job above its limit (OverMemoryKill). Exits with 1 where bits differ, a job was
// above its limit (with --starve: where none was, or one did not come again with more), or a workflow did not end. Needs root and Debian's snakemake and slurm-wlm; without them it says so and ends with 0.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { numberStream } from "./lib/number-stream.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { startSlurm, whyNoSlurm } from "./lib/slurm.mjs";
import { killOne } from "./lib/slurm-kills.mjs";
import { watchJobs } from "./lib/slurm-watch.mjs";
import { differing, isIndexed, makeSections, runAlone, runProgram, workflowIn } from "./lib/workflow-run.mjs";

/** Of sections with so many spots: how many; and from how many on one is divided. */
const SIZES = {
  small: { sections: [1000, 1500, 20_000], largeFrom: 10_000 },
  campaign: { sections: [...Array(18).fill(1000), 20_000, 20_000], largeFrom: 18_000 },
  million: { sections: [1_000_000], largeFrom: 500_000 },
};
/** Stands for flashdeconv. */
const BALLAST = fileURLToPath(new URL("lib/with-ballast.mjs", import.meta.url));
/** Spots of a block, which no piece divides. */
const BLOCK = 4096;
/** Times that a workflow is begun again, at most. */
const MOST_STARTS = 60;
/** Kills before the sections are planned, at most. */
const MOST_OF_PLAN = 4;

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "small" },
    pieces: { type: "string", default: "4" },
    kills: { type: "string", default: "0" },
    "kill-pieces": { type: "string", default: "4" },
    starve: { type: "string" },
    cpus: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    name: { type: "string" },
    root: { type: "string" },
  },
});
const why = whyNoSlurm();
if (why !== undefined) {
  console.log(`skipped: no Slurm can be started here (${why})`);
  process.exit(0);
}
const { sections: sizes, largeFrom } = SIZES[given.size];
const sections = sizes.map((spots, i) => ({
  name: `s${String(i + 1).padStart(2, "0")}`,
  ...(spots === 1_000_000
    ? { spots, genes: 18_000, types: 20, depth: 200 }
    : { spots, genes: 300, types: 5, depth: 100 }),
}));
const names = sections.map(({ name }) => name);
const random = numberStream(Number(given.seed));
const where = circumstances();
const root = given.root ?? mkdtempSync(join(tmpdir(), "flashdeconv-cluster-"));
mkdirSync(root, { recursive: true });

const slurm = await startSlurm({ cpus: Number(given.cpus) });
// Snakemake looks for ended jobs each second in place of each ten.
slurm.env.CI = "true";
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => finish(1));
const rounds = [];
let alone;
let isGood = false;
let isStarved = false;
/** The Snakemake that runs now. */
let main;
try {
  const table = await makeSections(root, sections);
  alone = await runAlone(root, sections);
  console.log(`run alone: ${alone.seconds?.toFixed(0) ?? "before, -"} s`);
  const config = { large_from: largeFrom, threads: 1, job_minutes: 1 };
  for (const pieces of given.pieces.split(",").filter(Boolean).map(Number)) {
    await round(`pieces-${pieces}`, { table, config: { ...config, pieces } }, 0);
  }
  const pieces = Number(given["kill-pieces"]);
  let left = Number(given.kills);
  for (let i = 1; left > 0; i++)
    left -= await round(`kills-${i}`, { table, config: { ...config, pieces } }, left);
  if (given.starve !== undefined) {
    const flashdeconv = `${process.execPath} ${BALLAST} ${given.starve}`;
    await round("starve", { table, config: { ...config, pieces, flashdeconv } }, 0);
    const starved = rounds.at(-1);
    isStarved = starved.over_limit > 0 && starved.over_limit === starved.again_with_more.jobs;
  }
  isGood = rounds.every(
    (one) =>
      one.differing.length === 0 &&
      one.indexed &&
      one.ended &&
      (one.name === "starve" ? isStarved : one.over_limit === 0),
  );
} catch (error) {
  console.error(error);
} finally {
  await finish(isGood ? 0 : 1);
}

/** Runs a workflow until it is done, with jobs killed on the way. Gives how many kills there were. */
async function round(name, workflow, mostKills) {
  const run = workflowIn(root, name, workflow);
  const watch = watchJobs(slurm);
  const kills = [];
  const starts = [];
  const overBefore = overLimit();
  while (starts.length < MOST_STARTS) {
    const started = runProgram(run.command, {
      cwd: run.cwd,
      env: slurm.env,
      onStart: (child) => (main = child),
    });
    let isOver = false;
    const ended = started.finally(() => (isOver = true));
    while (!isOver && kills.length < mostKills) {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000 + 4000 * random()))]);
      if (isOver) break;
      // One job plans all: it would take all kills.
      const isPlanned = existsSync(join(run.out, "work/all-plans"));
      if (!isPlanned && kills.length >= MOST_OF_PLAN) continue;
      if (random() < 0.08) {
        main.kill("SIGKILL");
        kills.push({ kind: "kill -9 of snakemake", job: "" });
        await ended;
      } else {
        const kill = await killOne(slurm, random);
        if (kill) kills.push(kill);
      }
    }
    const { code, text, seconds } = await ended;
    starts.push({ code, seconds });
    console.log(
      JSON.stringify({ name, start: starts.length, code, seconds: Math.round(seconds), kills: kills.length }),
    );
    if (code === 0) break;
    if (mostKills === 0) console.error(text.slice(-6000), slurm.logs());
    if (mostKills === 0 || kills.length === 0) break;
  }
  const { jobs, samples } = watch.stop();
  const peaks = jobs.filter(({ peak_mb }) => peak_mb > 0);
  rounds.push({
    name,
    pieces: Math.min(workflow.config.pieces, Math.ceil(Math.max(...sizes) / BLOCK)),
    ended: starts.at(-1).code === 0,
    starts,
    kills,
    differing: differing(run, alone.digests),
    indexed: isIndexed(run, names),
    jobs: jobs.length,
    memory_samples: samples,
    greatest_share_of_limit: Math.max(0, ...peaks.map(({ peak_mb, limit_mb }) => peak_mb / limit_mb)),
    over_limit: overLimit() - overBefore,
    ...(name === "starve" && { ballast_mb: Number(given.starve), again_with_more: grownJobs(jobs) }),
  });
  const { starts: _, kills: __, ...told } = rounds.at(-1);
  console.log(JSON.stringify(told));
  save();
  return kills.length;
}

/** Jobs that came again, each time with more memory than before: how many times, and what the first try of each and its last were given. */
function grownJobs(jobs) {
  const tries = new Map();
  for (const { name, limit_mb } of jobs) tries.set(name, [...(tries.get(name) ?? []), limit_mb]);
  const grown = [...tries.values()].filter((limits) =>
    limits.some((limit, i) => i > 0 && limit > limits[i - 1]),
  );
  return {
    jobs: grown.reduce((sum, limits) => sum + limits.length - 1, 0),
    most_tries: Math.max(0, ...grown.map((limits) => limits.length)),
    limits_mb: grown.map((limits) => limits.join(" > ")).sort(),
  };
}

/** Jobs that Slurm ended for their memory. */
function overLimit() {
  return new Set(slurm.daemonLog("slurmd").match(/StepId=\S+ exceeded memory limit/g) ?? []).size;
}

function save() {
  if (given.name === undefined) return;
  saveResult(given.name, {
    kind: "cluster",
    ...where,
    slurm: slurm.version,
    memory_limit: "JobAcctGatherParams=OverMemoryKill, jobacct_gather/linux; peaks from sstat",
    sections: sizes,
    run_alone_seconds: alone.seconds,
    kills: rounds.reduce((sum, { kills }) => sum + kills.length, 0),
    rounds: rounds.map(({ kills, ...one }) => ({ ...one, kills: kindsOf(kills) })),
  });
}

function kindsOf(kills) {
  const kinds = {};
  for (const { kind } of kills) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

async function finish(code) {
  main?.kill("SIGKILL");
  await slurm.stop();
  if (given.root === undefined) rmSync(root, { recursive: true, force: true });
  console.log(code === 0 ? "ok: the bits of run, no job above its memory" : "FAULT: see above");
  process.exit(code);
}
