// How close the built command line comes to known truths: see README.md beside this file, or pnpm bench:accuracy --help.
import { execFileSync } from "node:child_process";
import { measureAccuracy } from "./lib/accuracy/measure-accuracy.mjs";
import { HELP, parseAccuracyOptions } from "./lib/accuracy/options.mjs";
import { renderAccuracy } from "./lib/accuracy/render-accuracy.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { CLI } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

try {
  const options = parseAccuracyOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await measure(options);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function measure(options) {
  const where = circumstances();
  const started = performance.now();
  const help = execFileSync(process.execPath, [CLI, "run", "--help"], {
    encoding: "utf8",
    // Wide lines: a name is not to be broken in two.
    env: { ...process.env, COLUMNS: "1000" },
  });
  const found = await measureAccuracy(help, options);
  const seconds = Math.round((performance.now() - started) / 1000);
  const result = { kind: "accuracy", ...where, group: options.group, wall_seconds: seconds, ...found };
  if (options.name === undefined) {
    console.log(renderAccuracy([{ name: "this run", ...result }]));
    return;
  }
  console.log(saveResult(options.name, result));
  updateTables();
}
