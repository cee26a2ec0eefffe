// What a non-zero count costs in the kernels of the two passes, and a spot in the graph, in this process and one thread:
//   node benchmarks/kernels.mjs                          writes results/kernels.json
//   --before COMMIT   the same code at a commit beside it, by turns, and whether both give the same bits
//   --rounds 9        rounds per case; the first two warm up and do not count
//   --spots 1000000   spots of the graphs; 0 leaves them out
//   --only TEXT       cases whose name has this in it, to a file of their own
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { graphCases, passCases, refineCases, sweepCases } from "./lib/kernel-cases.mjs";
import { loadPackages } from "./lib/load-packages.mjs";
import { median } from "./lib/median.mjs";
import { saveResult } from "./lib/save-result.mjs";

const WARM_UP_ROUNDS = 2;

const { values: options } = parseArgs({
  options: {
    before: { type: "string" },
    rounds: { type: "string", default: "9" },
    spots: { type: "string", default: "1000000" },
    only: { type: "string", default: "" },
  },
});
const roundCount = Math.max(Number(options.rounds), WARM_UP_ROUNDS + 1);
const spotCount = Number(options.spots);
const now = await loadPackages();
const before = options.before === undefined ? undefined : await loadPackages(options.before);
const where = circumstances();
const cases = {
  ...(await passCases(now)),
  ...sweepCases(),
  ...refineCases(),
  ...(spotCount > 0 ? graphCases(spotCount) : {}),
};

const results = [];
for (const [name, kernel] of Object.entries(cases)) {
  if (!name.includes(options.only)) continue;
  const result = { name, ...(await measure(kernel)) };
  results.push(result);
  console.log(describe(result));
}
const how = { before: options.before, rounds: roundCount, graph_spots: spotCount };
const file = options.only === "" ? "kernels" : `kernels-${options.only.replace(/\W+/g, "-")}`;
console.log(saveResult(file, { kind: "kernels", ...where, options: how, results }));

/** Medians over rounds of nanoseconds per unit, of now and of before by turns, and of their ratio. */
async function measure({ unitCount, prepare, run, mayDiffer = false }) {
  const rounds = [];
  let nowBits;
  let beforeBits;
  for (let round = 0; round < roundCount; round++) {
    const [nowTime, nowOutput] = await time(now);
    const [beforeTime, beforeOutput] = before ? await time(before) : [];
    if (round >= WARM_UP_ROUNDS) rounds.push({ now: nowTime, before: beforeTime });
    if (round > 0) continue;
    nowBits = digest(nowOutput);
    beforeBits = before && digest(beforeOutput);
  }
  const of = (pick) => median(rounds.map(pick));
  const result = { nanoseconds: of((round) => round.now) };
  if (!before) return result;
  return {
    ...result,
    before_nanoseconds: of((round) => round.before),
    times_faster: of((round) => round.before / round.now),
    same_bits: mayDiffer ? null : nowBits === beforeBits,
  };

  async function time(packages) {
    const input = prepare(packages);
    const start = process.hrtime.bigint();
    const output = await run(packages, input);
    return [Number(process.hrtime.bigint() - start) / unitCount, output];
  }
}

/** Equal for outputs that are equal to the bit. */
function digest(output) {
  const hash = createHash("sha256");
  const add = (value) => {
    if (ArrayBuffer.isView(value)) {
      hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (value !== null && typeof value === "object") {
      for (const key of Object.keys(value).sort()) add(value[key]);
    } else hash.update(String(value));
  };
  add(output);
  return hash.digest("hex");
}

function describe({ name, nanoseconds, before_nanoseconds: was, times_faster: ratio, same_bits: same }) {
  const time = `${name.padEnd(42)} ${nanoseconds.toFixed(1).padStart(7)} ns`;
  if (was === undefined) return time;
  const bits = same === null ? "" : same ? ", same bits" : ", OTHER BITS";
  return `${time}, before ${was.toFixed(1).padStart(7)} ns, ${ratio.toFixed(2)} x faster${bits}`;
}
