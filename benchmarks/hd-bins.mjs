// Bins of Visium HD that are not stored: 2 um to 8 um, by the command that runs do first:
//   node benchmarks/hd-bins.mjs [--bins 5000000] [--genes-per-bin 25] [--bin 8um] [--folder FOLDER]     (after pnpm build)
// Writes results/hd-bins.json: seconds, greatest memory of the process, Node's own of about 50 MiB included, what lay on scratch, and that nothing does
// after it. The folder is simulated, its bins in no order; its matrix is not compressed.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { makeHd } from "./lib/make-hd.mjs";
import { CLI } from "./lib/places.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";

const { values: given } = parseArgs({
  options: {
    bins: { type: "string", default: "5000000" },
    "genes-per-bin": { type: "string", default: "25" },
    bin: { type: "string", default: "8um" },
    folder: { type: "string", default: tmpdir() },
  },
});
const [bins, genesPerBin] = [Number(given.bins), Number(given["genes-per-bin"])];
const folder = mkdtempSync(join(given.folder, "flashdeconv-hd-"));
try {
  const [outs, scratch, out] = ["outs", "scratch", "section.zarr"].map((name) => join(folder, name));
  await makeHd(outs, bins, genesPerBin);
  mkdirSync(scratch);
  let scratchBytes = 0;
  const watch = setInterval(() => {
    scratchBytes = Math.max(scratchBytes, bytesBelow(scratch));
  }, 500);
  const where = circumstances();
  const args = [CLI, "convert", outs, out, "--bin", given.bin, "--scratch", scratch, "--json", "--quiet"];
  const { output, usage } = await runNode(args).finally(() => clearInterval(watch));
  const left = readdirSync(scratch);
  if (left.length > 0) throw new Error(`left on scratch: ${left.join(", ")}`);
  const result = {
    kind: "hd-bins",
    ...where,
    is_loaded: where.machine.load > 1,
    options: { bins, genes_per_bin: genesPerBin, bin: given.bin },
    matrix_bytes: bytesBelow(outs),
    pooled_bins: output.spot_count,
    values_per_second: (bins * genesPerBin) / usage.wall_seconds,
    scratch_bytes: scratchBytes,
    result_bytes: bytesBelow(out),
    usage,
  };
  console.log(saveResult("hd-bins", result));
  console.log(
    `${output.spot_count} bins in ${usage.wall_seconds.toFixed(0)} s, at most ${Math.round(usage.peak_rss_bytes / 2 ** 20)} MiB`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function bytesBelow(path) {
  let sum = 0;
  try {
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size;
  } catch {
    // Files come and go while it looks.
  }
  return sum;
}
