// Interrupts runs at moments spread over their whole length: how long until they are gone, and what they leave behind.
//   node benchmarks/interrupt.mjs [--size 1m] [--moments 20] [--run-options="--use-scratch always"] [--name interrupt-1m]
// Exits with 1 if a run ended with another code than 130, left a file, or took more than a second. Writes results/<name>.json.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { runArguments } from "./lib/run-command.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const MOST_MILLISECONDS = 1000;

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "1m" },
    moments: { type: "string", default: "20" },
    "run-options": { type: "string", default: "" },
    name: { type: "string" },
  },
});
const flags = given["run-options"].split(/\s+/).filter(Boolean);
const name = given.name ?? `interrupt-${given.size}`;
const data = prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const where = circumstances();

const whole = await runUntil(undefined);
const momentCount = Number(given.moments);
const rounds = [];
for (let i = 0; i < momentCount; i++) {
  const after = ((i + 0.5) / momentCount) * whole.milliseconds;
  const { code, milliseconds, left } = await runUntil(after);
  const round = { after_ms: Math.round(after), code, milliseconds: Math.round(milliseconds - after), left };
  rounds.push(round);
  console.error(JSON.stringify(round));
}
// The last moments may come after the end of a run that was quicker than the first.
const interrupted = rounds.filter(({ code }) => code !== 0);
const result = {
  kind: "interrupt",
  ...where,
  data: data.facts,
  run_options: given["run-options"],
  whole_ms: Math.round(whole.milliseconds),
  interrupted: interrupted.length,
  greatest_ms: Math.max(...interrupted.map(({ milliseconds }) => milliseconds)),
  rounds,
};
const saved = saveResult(name, result);
updateTables();
console.log(saved, `${interrupted.length} interrupted, at most ${result.greatest_ms} ms`);
const isGood = ({ code, milliseconds, left }) =>
  code === 130 && milliseconds <= MOST_MILLISECONDS && left.length === 0;
process.exitCode = interrupted.length > 0 && interrupted.every(isGood) ? 0 : 1;

/** Runs, and sends SIGINT after so many ms. Tells the exit code, the time until exit and what lies in the output's folder. */
async function runUntil(after) {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-interrupt-"));
  const results = join(folder, "results");
  mkdirSync(results);
  try {
    const start = performance.now();
    const child = spawn(process.execPath, runArguments(data, join(results, "out.zarr"), flags), {
      stdio: "ignore",
    });
    const timer = after !== undefined && setTimeout(() => child.kill("SIGINT"), after);
    const code = await new Promise((resolve) =>
      child.once("exit", (status, signal) => resolve(status ?? signal)),
    );
    clearTimeout(timer);
    const milliseconds = performance.now() - start;
    // What a run of some length had finished is kept on purpose, for --resume.
    const left = code === 0 ? [] : readdirSync(results).filter((name) => name !== ".out.zarr.run");
    return { code, milliseconds, left };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
