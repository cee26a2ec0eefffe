// A result as one file, format by format, each in a process of its own:
//   node benchmarks/tables.mjs [--spots 1000000] [--types 20]     (after pnpm build)
// Writes results/tables.json: CPU seconds of all threads, size and greatest memory of the process, Node's own of about 50 MiB included. "rows" makes
// the rows and writes nothing: what the others cost above that is theirs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { saveResult } from "./lib/save-result.mjs";

const FORMATS = ["rows", "csv", "csv.gz", "parquet", "arrow", "h5ad"];
const SPOTS_PER_CHUNK = 65_536;
const { values: options } = parseArgs({
  options: {
    spots: { type: "string", default: "1000000" },
    types: { type: "string", default: "20" },
    format: { type: "string" },
    module: { type: "string" },
    out: { type: "string" },
  },
});
const [spots, types] = [Number(options.spots), Number(options.types)];

if (options.format === undefined) measureAll();
else await writeOne(options.format, options.out, await import(pathToFileURL(options.module)));

function measureAll() {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-tables-"));
  const module = bundle();
  try {
    const formats = FORMATS.map((format) => {
      const out = join(folder, `result.${format}`);
      const args = ["--spots", String(spots), "--types", String(types), "--format", format, "--out", out];
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), ...args, "--module", module],
        { encoding: "utf8" },
      );
      if (status !== 0) throw new Error(stderr);
      const bytes = format === "rows" ? 0 : statSync(out).size;
      const found = { format, ...JSON.parse(stdout), bytes };
      console.log(
        `${format}: CPU ${found.cpu_seconds.toFixed(2)} s, ${(bytes / 1e6).toFixed(0)} MB, at most ${(found.peak_bytes / 2 ** 20).toFixed(0)} MiB`,
      );
      return found;
    });
    console.log(
      saveResult("tables", { kind: "tables", ...circumstances(), options: { spots, types }, formats }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(module, { force: true });
  }
}

/** The command line's own writers, which its build does not hand out. */
function bundle() {
  const cli = fileURLToPath(new URL("../apps/cli/", import.meta.url));
  const tsup = createRequire(import.meta.url).resolve("tsup");
  const { buildSync } = createRequire(tsup)("esbuild");
  const outfile = join(cli, "dist/tables-benchmark.mjs");
  const contents = `export { TABLE_KINDS } from "./src/tables/table-formats.js";
    export { h5adSink, rowBlocks, tableSink } from "@flashdeconv/results/internal";
    export { createFile } from "@flashdeconv/stores/node/internal";
    export { generatedSource } from "@flashdeconv/core";`;
  const stdin = { contents, resolveDir: cli, loader: "ts" };
  buildSync({ stdin, bundle: true, platform: "node", format: "esm", packages: "external", outfile });
  return outfile;
}

async function writeOne(format, out, modules) {
  const { createFile, generatedSource, h5adSink, rowBlocks, TABLE_KINDS, tableSink } = modules;
  const tables = tablesOf(generatedSource);
  const typeNames = tables[1].categories;
  const description = {
    spotCount: spots,
    typeNames,
    spotNames: names(),
    coordinates: undefined,
    signature: {},
    parameters: {},
    notices: [],
  };
  if (format === "rows") {
    const parts = tables.map((table) => ({ table, columnNames: [] }));
    for await (const _ of rowBlocks(parts, names(), { rowsPerBlock: 4096 }));
  } else {
    const file = await createFile(out);
    const layout = { key: "flashdeconv" };
    const sink =
      format === "h5ad" ? h5adSink(file, { layout }) : tableSink(file, TABLE_KINDS[format], { layout });
    await sink.write(tables, description);
  }
  const { user, system } = process.cpuUsage();
  const cpu_seconds = (user + system) / 1e6;
  console.log(JSON.stringify({ cpu_seconds, peak_bytes: 1024 * process.resourceUsage().maxRSS }));
}

/** Proportions with seven digits that matter, and what is said beside them. */
function tablesOf(generatedSource) {
  const typeNames = Array.from({ length: types }, (_, k) => `type ${k}`);
  const source = (width, fill) =>
    generatedSource({ spotCount: spots, width, spotsPerChunk: SPOTS_PER_CHUNK }, (spotStart, end) => {
      const values = new Float32Array((end - spotStart) * width);
      fill(values, spotStart);
      return { kind: "dense", spotStart, spotCount: end - spotStart, width, values };
    });
  const proportions = source(types, (values, start) => {
    let state = start + 1;
    for (let i = 0; i < values.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      values[i] = state < 2 ** 30 ? 0 : (state / 2 ** 32) * 0.1;
    }
  });
  const codes = (count) =>
    source(1, (values, start) => {
      for (let i = 0; i < values.length; i++) values[i] = (start + i) % count;
    });
  const counts = source(1, (values) => values.fill(1234));
  const status = ["ok", "no counts, from neighbours"];
  return [
    { name: "proportions", dtype: "float32", columns: "types", values: proportions },
    {
      name: "dominant",
      dtype: "category",
      columns: ["dominant"],
      categories: typeNames,
      values: codes(types),
    },
    { name: "status", dtype: "category", columns: ["status"], categories: status, values: codes(2) },
    { name: "counts", dtype: "float32", columns: ["counts"], values: counts },
  ];
}

/** Barcodes of Visium HD. */
async function* names() {
  const encoder = new TextEncoder();
  for (let start = 0; start < spots; start += SPOTS_PER_CHUNK) {
    const count = Math.min(SPOTS_PER_CHUNK, spots - start);
    const texts = Array.from({ length: count }, (_, i) => `s_008um_${String(start + i).padStart(10, "0")}-1`);
    const offsets = Int32Array.from({ length: count + 1 }, (_, i) => i * 20);
    yield { start, count, offsets, bytes: encoder.encode(texts.join("")) };
  }
}
