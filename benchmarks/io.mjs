// Reading and writing alone, each beside what it cannot do without, in one process and in turn:
//   node benchmarks/io.mjs [--spots 100000] [--repeat 7]     (after pnpm build)
// Writes results/io.json. Pass: all rows of the section through openSpatial, nothing done with them; floor: the same chunks
// read and decoded, nothing else. Both use Node's own decoders on one thread; CPU seconds are those of all threads.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSpatial, writeAnnData } from "../packages/io-zarr/dist/index.js";
import { createStore, openStore } from "../packages/io-zarr/dist/node.js";
import { COUNT_ARRAYS, decodeChunk, describeArray } from "./lib/array-chunks.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { median } from "./lib/median.mjs";
import { saveResult } from "./lib/save-result.mjs";

const TYPES = 20;
const DEPTH = 194;
const SPOTS_PER_CHUNK = 8192;

const { values } = parseArgs({
  options: { spots: { type: "string", default: "100000" }, repeat: { type: "string", default: "7" } },
});
const spots = Number(values.spots);
const repeat = Number(values.repeat);
const scratch = mkdtempSync(join(tmpdir(), "flashdeconv-io-"));

try {
  const where = circumstances();
  const reading = [];
  for (const [zarrFormat, compressor] of [
    [2, "gzip"],
    [3, "zstd"],
  ]) {
    const { spatial } = prepareDataSet({ spots, types: TYPES, depth: DEPTH, zarrFormat, compressor });
    reading.push({ zarr_format: zarrFormat, compressor, ...(await measureReading(spatial)) });
  }
  const writing = await measureWriting();
  const options = { spots, types: TYPES, depth: DEPTH, repeat };
  const path = saveResult("io", { kind: "io", ...where, options, reading, writing });
  for (const { compressor, open_ms: open, summary } of reading) {
    const { pass_seconds: wall, ratio_to_floor: ratio, cpu_ratio_to_floor: cpu } = summary;
    console.log(
      `read ${compressor}: open ${open.toFixed(0)} ms, pass ${wall.toFixed(3)} s, x floor ${ratio.toFixed(2)} (CPU ${cpu.toFixed(2)})`,
    );
  }
  for (const { compressor, seconds, cpu_seconds: cpu, bytes } of writing) {
    console.log(
      `write ${compressor}: ${seconds.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, ${(bytes / 1e6).toFixed(1)} MB`,
    );
  }
  console.log(path);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureReading(path) {
  const floors = [];
  const passes = [];
  const opens = [];
  await readFloor(path);
  for (let round = 0; round < repeat; round++) {
    floors.push(await timed(() => readFloor(path)));
    const store = await openStore(path);
    let section;
    opens.push(
      await timed(async () => {
        section = await openSpatial(store);
      }),
    );
    passes.push(
      await timed(async () => {
        for await (const _ of section.counts.chunks());
      }),
    );
    await store.close();
  }
  const ratios = (key) => passes.map((pass, i) => pass[key] / floors[i][key]);
  return {
    open_ms: 1000 * median(opens.map(({ seconds }) => seconds)),
    floors,
    passes,
    summary: {
      floor_seconds: median(floors.map(({ seconds }) => seconds)),
      pass_seconds: median(passes.map(({ seconds }) => seconds)),
      ratio_to_floor: median(ratios("seconds")),
      cpu_ratio_to_floor: median(ratios("cpu")),
    },
  };
}

async function readFloor(store) {
  for (const array of COUNT_ARRAYS.map((path) => describeArray(store, path))) {
    for (const file of array.files) decodeChunk(readFileSync(file), array);
  }
}

/** A result as a run writes it: names, a table of one column per type, a categorical column. */
async function measureWriting() {
  const compressors = ["gzip", "zstd", "none"];
  const taken = new Map(compressors.map((name) => [name, []]));
  let bytes = {};
  for (let round = 0; round < repeat; round++) {
    for (const compressor of compressors) {
      const path = join(scratch, `${compressor}.zarr`);
      const store = await createStore(path, { overwrite: true });
      taken.get(compressor).push(await timed(() => writeAnnData(store, result(), { compressor })));
      bytes = { ...bytes, [compressor]: folderBytes(path) };
    }
  }
  return compressors.map((compressor) => ({
    compressor,
    seconds: median(taken.get(compressor).map(({ seconds }) => seconds)),
    cpu_seconds: median(taken.get(compressor).map(({ cpu }) => cpu)),
    bytes: bytes[compressor],
  }));
}

function result() {
  const columnNames = Array.from({ length: TYPES }, (_, k) => `type_${k}`);
  const codes = Int8Array.from({ length: spots }, (_, i) => (i >> 4) % TYPES);
  return {
    spotCount: spots,
    spotNames: spotNames(),
    geneNames: [],
    obs: [{ kind: "categorical", name: "dominant", codes, categories: columnNames }],
    obsm: { flashdeconv: { values: proportions(), columnNames } },
  };
}

async function* spotNames() {
  const encoder = new TextEncoder();
  for (let start = 0; start < spots; start += SPOTS_PER_CHUNK) {
    const count = Math.min(SPOTS_PER_CHUNK, spots - start);
    const names = Array.from({ length: count }, (_, i) => `s_008um_${String(start + i).padStart(10, "0")}-1`);
    const length = names[0].length;
    const offsets = Int32Array.from({ length: count + 1 }, (_, i) => i * length);
    yield { start, count, offsets, bytes: encoder.encode(names.join("")) };
  }
}

/** Four types in a spot, in shares that no compressor can guess; the same in each round. */
function proportions() {
  return {
    spotCount: spots,
    width: TYPES,
    async *chunks() {
      let state = 1;
      for (let spotStart = 0; spotStart < spots; spotStart += SPOTS_PER_CHUNK) {
        const spotCount = Math.min(SPOTS_PER_CHUNK, spots - spotStart);
        const values = new Float32Array(spotCount * TYPES);
        for (let i = 0; i < values.length; i++) {
          state = (state * 16807) % 2147483647;
          if (state % 5 === 0) values[i] = state / 2147483647;
        }
        yield { kind: "dense", spotStart, spotCount, width: TYPES, values };
      }
    },
  };
}

async function timed(work) {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpu: (user + system) / 1e6 };
}

function folderBytes(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}
