// The least that reading a section can cost: reads and decodes its counts and throws them away.
//   node benchmarks/floor.mjs <section.zarr> --workers 2 --passes 2
// Chunks go to whichever worker is free. No typed array is made of them, and nothing looks at a count.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { COUNT_ARRAYS, decodeChunk, describeArray } from "./lib/array-chunks.mjs";

if (isMainThread) {
  const { values, positionals } = parseArgs({
    options: {
      workers: { type: "string", default: "1" },
      passes: { type: "string", default: "2" },
    },
    allowPositionals: true,
  });
  const [store] = positionals;
  const totals = {
    next: new Int32Array(new SharedArrayBuffer(4)),
    bytes: new BigInt64Array(new SharedArrayBuffer(8)),
  };
  const start = performance.now();
  await Promise.all(
    Array.from({ length: Number(values.workers) }, () =>
      startWorker({ store, passes: Number(values.passes), ...totals }),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  const result = { seconds, decoded_bytes: Number(totals.bytes[0]), workers: Number(values.workers) };
  console.log(JSON.stringify(result));
} else {
  readShare(workerData);
}

function startWorker(input) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: input });
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with ${code}.`))));
  });
}

/** Takes chunk after chunk off the common list until it has been gone through `passes` times. */
function readShare({ store, passes, next, bytes }) {
  const chunks = COUNT_ARRAYS.flatMap((path) => {
    const array = describeArray(store, path);
    return array.files.map((file) => ({ file, array }));
  });
  for (let at = Atomics.add(next, 0, 1); at < passes * chunks.length; at = Atomics.add(next, 0, 1)) {
    const { file, array } = chunks[at % chunks.length];
    Atomics.add(bytes, 0, BigInt(decodeChunk(readFileSync(file), array).byteLength));
  }
}
