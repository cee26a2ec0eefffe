// Kills `convert` at random moments, again and again, by the same command in a loop, and compares the store with that of a convert nobody killed.
//   node benchmarks/convert-kills.mjs [--kills 30] [--in-a-row 3] [--seed 1] [--spots 20000]
// Modes: a store; a matrix in Market Exchange, which is put in order first; the same two in place of a former conversion (--overwrite). After each
// kill the store must be absent, the former one or the new one, each whole. A loop is left to its end after some kills, then run once more, which
// must find it done. Exits with 1 if a loop did not end so, or left anything.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { giveNumberAgain, runAndKill } from "./lib/kill.mjs";
import { numberStream } from "./lib/number-stream.mjs";
import { CLI } from "./lib/places.mjs";
import { digest } from "./lib/store-digest.mjs";

const { values: given } = parseArgs({
  options: {
    kills: { type: "string", default: "30" },
    "in-a-row": { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    spots: { type: "string", default: "20000" },
  },
});
const random = numberStream(Number(given.seed));
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-kills-"));
const at = (name) => join(folder, name);
const spots = Number(given.spots);
execFileSync(process.execPath, [
  CLI,
  "simulate",
  at("tissue"),
  "--spots",
  given.spots,
  "--genes",
  "300",
  "--quiet",
]);
writeMatrix(at("matrix"), spots, 300);
const inputs = { store: at("tissue/spatial.zarr"), matrix: at("matrix") };
const MODES = [
  { input: "store", isOverwriting: false },
  { input: "matrix", isOverwriting: false },
  { input: "store", isOverwriting: true },
  { input: "matrix", isOverwriting: true },
];

await run(["convert", at("tissue/reference.zarr"), at("former.zarr")]);
const former = digest(at("former.zarr"));
const wholes = {};
for (const [name, input] of Object.entries(inputs)) {
  const { milliseconds } = await run(["convert", input, at("whole.zarr")]);
  wholes[name] = { milliseconds, digest: digest(at("whole.zarr")) };
  rmSync(at("whole.zarr"), { recursive: true });
}

let killCount = 0;
let good = 0;
let loops = 0;
for (; killCount < Number(given.kills); loops++) {
  const { input, isOverwriting } = MODES[loops % MODES.length];
  rmSync(at("work"), { recursive: true, force: true });
  mkdirSync(at("work/scratch"), { recursive: true });
  const out = at("work/out.zarr");
  if (isOverwriting) cpSync(at("former.zarr"), out, { recursive: true });
  const more = ["--scratch", at("work/scratch"), ...(isOverwriting ? ["--overwrite"] : [])];
  const command = [CLI, "convert", inputs[input], out, "--json", ...more];
  const moments = [];
  const wrong = [];
  const inARow = Math.min(Number(given["in-a-row"]), Number(given.kills) - killCount);
  while (moments.length < inARow) {
    const after = random() * wholes[input].milliseconds;
    const killed = await runAndKill(command, { isTime: (milliseconds) => milliseconds > after });
    if (killed.code === 0) break;
    if (killed.code !== "SIGKILL")
      wrong.push(`a run that ended with ${killed.code}: ${killed.stderr}${killed.stdout}`);
    moments.push(Math.round(killed.milliseconds));
    const allowed = [wholes[input].digest, ...(isOverwriting ? [former] : [])];
    // Between two renames of a replacement there is nothing: the next run brings it back.
    if (existsSync(out) && !allowed.includes(digest(out))) wrong.push("a store in part");
    if (random() < 0.3) giveNumberAgain(at("work"));
  }
  killCount += moments.length;
  const last = await runAndKill(command);
  if (last.code !== 0) wrong.push(`the last run ended with ${last.code}: ${last.stderr}${last.stdout}`);
  else if (digest(out) !== wholes[input].digest) wrong.push("other bytes");
  const again = await runAndKill(command);
  if (again.code !== 0 || JSON.parse(again.stdout).already_done !== true) wrong.push("not found done");
  const left = [...readdirSync(at("work")), ...readdirSync(at("work/scratch"))];
  if (left.join() !== "out.zarr,scratch") wrong.push(`left: ${left.join(", ")}`);
  if (wrong.length === 0) good++;
  console.error(JSON.stringify({ input, isOverwriting, moments, wrong }));
}
rmSync(folder, { recursive: true, force: true });
console.log(`${killCount} kills, ${good} of ${loops} loops ended well`);
process.exitCode = good === loops ? 0 : 1;

async function run(args) {
  const ended = await runAndKill([CLI, ...args, "--json"]);
  if (ended.code !== 0)
    throw new Error(`${args.join(" ")} ended with ${ended.code}.\n${ended.stderr}${ended.stdout}`);
  return ended;
}

/** A folder of Market Exchange, its entries in no order. */
function writeMatrix(path, barcodeCount, featureCount) {
  mkdirSync(path);
  const entries = new Map();
  for (let i = 0; i < 30 * barcodeCount; i++) {
    const key = Math.floor(random() * barcodeCount * featureCount);
    entries.set(key, 1 + Math.floor(random() * 9));
  }
  const lines = [...entries].map(
    ([key, count]) => `${(key % featureCount) + 1} ${Math.floor(key / featureCount) + 1} ${count}`,
  );
  const head = `%%MatrixMarket matrix coordinate integer general\n${featureCount} ${barcodeCount} ${lines.length}\n`;
  const names = (count, line) => `${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
  const files = {
    "matrix.mtx.gz": `${head}${lines.join("\n")}\n`,
    "barcodes.tsv.gz": names(barcodeCount, (i) => `B${i}-1`),
    "features.tsv.gz": names(featureCount, (i) => `E${i}\tG${i}`),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), gzipSync(text));
}
