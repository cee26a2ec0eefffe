// Sections of Stereo-seq that are sorted before they are read, by the built command line:
//   node benchmarks/stereo.mjs [--records 100000000] [--formats gem.gz,gef] [--bins 50] [--folder FOLDER]     (after pnpm build)
// Makes a simulated file of each format in FOLDER, unless it is there, converts it, and writes results/stereo-<records>-bins-<bins>.json: wall and CPU seconds,
// records a second, greatest memory of the process, and what lay in the folder of temporary files at most, and at the end.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { makeStereo } from "./lib/make-stereo.mjs";
import { ROOT } from "./lib/places.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";

const { values: options } = parseArgs({
  options: {
    records: { type: "string", default: "100000000" },
    formats: { type: "string", default: "gem.gz,gef" },
    bins: { type: "string", default: "50" },
    folder: { type: "string" },
  },
});
const records = Number(options.records);
const parent = options.folder ?? tmpdir();
mkdirSync(parent, { recursive: true });
const work = mkdtempSync(join(parent, "flashdeconv-stereo-"));
const runs = [];
const where = circumstances();
try {
  for (const format of options.formats.split(",")) {
    const kept = options.folder && join(options.folder, `${records}.${format}`);
    const input = kept ?? join(work, `${records}.${format}`);
    if (!existsSync(input)) await makeStereo(format, input, records);
    for (const bin of options.bins.split(",")) runs.push(await measure(format, input, bin));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const name = `stereo-${records / 1e6}m-bins-${options.bins.replaceAll(",", "-")}`;
console.log(saveResult(name, { kind: "stereo", ...where, options: { records }, runs }));

async function measure(format, input, bin) {
  const scratch = join(work, "scratch");
  const out = join(work, "section.zarr");
  mkdirSync(scratch);
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, bytesIn(scratch));
  }, 500);
  const args = ["convert", input, out, "--bin", bin, "--scratch", scratch, "--json", "--quiet"];
  const { output, usage } = await runNode([join(ROOT, "apps/cli/bin/flashdeconv.js"), ...args]).finally(() =>
    clearInterval(timer),
  );
  const run = {
    format,
    bin: Number(bin),
    input_bytes: statSync(input).size,
    spots: output.spot_count,
    genes: output.gene_count,
    output_bytes: bytesIn(out),
    ...usage,
    records_per_second: records / usage.wall_seconds,
    records_per_cpu_second: records / usage.cpu_seconds,
    scratch_bytes_at_most: most,
    scratch_files_left: readdirSync(scratch).length,
  };
  rmSync(scratch, { recursive: true });
  rmSync(out, { recursive: true });
  console.log(
    `${format}, bins of ${bin}: ${usage.wall_seconds.toFixed(0)} s, CPU ${usage.cpu_seconds.toFixed(0)} s, at most ${(usage.peak_rss_bytes / 2 ** 20).toFixed(0)} MiB`,
  );
  return run;
}

/** Bytes of the files in a folder; some may go while they are counted. */
function bytesIn(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      bytes += entry.isDirectory() ? bytesIn(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    }
  } catch {
    return bytes;
  }
  return bytes;
}
