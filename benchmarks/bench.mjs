// Measures the built command line: see README.md beside this file, or pnpm bench --help.
import { loadavg } from "node:os";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { measureEndToEnd } from "./lib/measure-end-to-end.mjs";
import { measureScaling } from "./lib/measure-scaling.mjs";
import { HELP, parseOptions, SIZES, TYPES } from "./lib/options.mjs";
import { profileRun } from "./lib/profile-run.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await measure(options);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function measure(options) {
  const kind = options.profile ? "profile" : options.scaling ? "scaling" : "end-to-end";
  const { size, zarrFormat, compressor, repeat, runOptions } = options;
  if (loadavg()[0] > 0.5) console.error(`This machine is busy (load ${loadavg()[0].toFixed(2)}).`);
  const where = circumstances();
  const found = await take(kind, options);
  const thin = options.depth === undefined ? "" : `-d${options.depth}`;
  const name = options.name ?? `${kind}-${size}${thin}-v${zarrFormat}-${compressor}`;
  const how = { size, repeat, run_options: runOptions.join(" ") };
  const path = saveResult(name, { kind, ...where, options: how, ...found });
  updateTables();
  console.log(path);
}

async function take(kind, options) {
  if (kind === "scaling") return measureScaling(options);
  const { zarrFormat, compressor } = options;
  const { spots, depth } = SIZES[options.size];
  const sizes = { spots, depth: options.depth ?? depth, types: TYPES };
  const data = prepareDataSet({ ...sizes, zarrFormat, compressor });
  const measured = await (kind === "profile" ? profileRun(data, options) : measureEndToEnd(data, options));
  return { data: data.facts, ...measured };
}
