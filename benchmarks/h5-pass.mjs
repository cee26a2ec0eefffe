// A pass over the counts of one section as a gzip Zarr store and as a gzip .h5ad, by turns, each in a thread of a process of its own:
//   node benchmarks/h5-pass.mjs [--zarr section.zarr --h5ad section.h5ad] [--pairs 5]     (after pnpm build)
// Without paths: 1,000,000 spots of `simulate`, and the .h5ad that Debian's anndata makes of it. Writes results/h5-pass.json.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { freeChunk } from "../packages/core/dist/internal.js";
import { hdf5Opener } from "../packages/io-h5/dist/opener.js";
import { openSpatial } from "../packages/io-zarr/dist/index.js";
import { openStore } from "../packages/io-zarr/dist/node.js";
import { registerFileOpeners } from "../packages/stores/dist/index.js";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { median } from "./lib/median.mjs";
import { saveResult } from "./lib/save-result.mjs";

const script = fileURLToPath(import.meta.url);
const { values: options } = parseArgs({
  options: {
    zarr: { type: "string" },
    h5ad: { type: "string" },
    pairs: { type: "string", default: "5" },
    thread: { type: "string" },
    pass: { type: "string" },
  },
});

if (options.thread !== undefined) new Worker(script, { argv: ["--pass", options.thread] });
else if (options.pass !== undefined) await passOver(options.pass);
else measure();

function measure() {
  const zarr = options.zarr ?? prepareDataSet({ spots: 1e6, types: 20, depth: 194, zarrFormat: 2 }).spatial;
  const h5ad = options.h5ad ?? asH5ad(zarr);
  const runs = { zarr: [], h5ad: [] };
  for (let pair = 0; pair < Number(options.pairs); pair++) {
    for (const [kind, path] of Object.entries({ zarr, h5ad })) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--thread", path], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      runs[kind].push(JSON.parse(stdout));
    }
    const [own, other] = [runs.h5ad.at(-1), runs.zarr.at(-1)];
    if (own.sum !== other.sum) throw new Error("the two do not hold the same counts");
    console.log(`h5ad ${own.cpu_seconds.toFixed(2)} s of CPU, zarr ${other.cpu_seconds.toFixed(2)}`);
  }
  const middle = (kind, field) => median(runs[kind].map((run) => run[field]));
  const summary = {
    cpu_ratio: median(runs.h5ad.map((run, i) => run.cpu_seconds / runs.zarr[i].cpu_seconds)),
    zarr: { cpu_seconds: middle("zarr", "cpu_seconds"), peak_bytes: middle("zarr", "peak_bytes") },
    h5ad: { cpu_seconds: middle("h5ad", "cpu_seconds"), peak_bytes: middle("h5ad", "peak_bytes") },
  };
  console.log(`h5ad / zarr: ${summary.cpu_ratio.toFixed(2)}`);
  console.log(saveResult("h5-pass", { kind: "h5-pass", ...circumstances(), summary, runs }));
}

/** As anndata writes it with `compression="gzip"`. */
function asH5ad(zarr) {
  const path = `${zarr.replace(/\.zarr$/, "")}.h5ad`;
  const program = `import anndata, sys; anndata.read_zarr(sys.argv[1]).write_h5ad(sys.argv[2], compression="gzip")`;
  if (!existsSync(path)) execFileSync("/usr/bin/python3", ["-c", program, zarr, path]);
  return path;
}

async function passOver(path) {
  registerFileOpeners({ h5: hdf5Opener });
  const store = await openStore(path);
  await store.locate?.(["X/data", "X/indices", "X/indptr"]);
  const { counts } = await openSpatial(store);
  const before = process.cpuUsage();
  let [sum, values] = [0, 0];
  for await (const chunk of counts.chunks()) {
    // Every so many values, wherever chunks end.
    for (let i = (1009 - (values % 1009)) % 1009; i < chunk.values.length; i += 1009) sum += chunk.values[i];
    values += chunk.values.length;
    freeChunk(chunk);
  }
  const { user, system } = process.cpuUsage(before);
  await store.close();
  const found = { cpu_seconds: (user + system) / 1e6, peak_bytes: 1024 * process.resourceUsage().maxRSS };
  console.log(JSON.stringify({ ...found, values, sum }));
}
