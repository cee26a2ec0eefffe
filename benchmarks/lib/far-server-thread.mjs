import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const COUNTS = /^spatial\.zarr\/X\/(data|indices)\/(c\/)?\d/;
const FAULTS = ["error", "busy", "close", "half"];

let settings;
let state = 0;

const http = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
http.listen(0, "127.0.0.1", () => {
  parentPort.postMessage(`http://127.0.0.1:${http.address().port}`);
});
parentPort.on("message", (change) => {
  const isFirst = settings === undefined;
  settings = change;
  state = change.seed;
  if (isFirst) parentPort.postMessage("ready");
});

async function serve(request, response) {
  const { latency, failing, shared } = settings;
  const fault = random() < failing ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
  Atomics.add(shared, 0, 1n);
  if (latency > 0) await wait(latency);
  if (fault === "close") return request.socket.destroy();
  if (fault === "error") return end(response, 503, {}, "no");
  if (fault === "busy") return end(response, 429, { "retry-after": "0" }, "no");
  const key = decodeURIComponent(request.url.slice(1));
  const file = key.includes("..")
    ? undefined
    : await open(join(workerData.folder, key)).catch(() => undefined);
  try {
    const stat = await file?.stat();
    if (!stat?.isFile()) return end(response, 404, {}, "none");
    await serveFile(request, response, { file, key, size: stat.size, fault, shared });
  } finally {
    await file?.close();
  }
}

/** Reads no more of the file than is asked for: it may be a shard of a gigabyte. */
async function serveFile(request, response, { file, key, size, fault, shared }) {
  const etag = `"${createHash("md5").update(`${key} ${size}`).digest("hex")}"`;
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = first === undefined ? 0 : first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const stop = first && last ? Math.min(size, Number(last) + 1) : size;
  const headers = { etag, "content-length": stop - start };
  if (first !== undefined) headers["content-range"] = `bytes ${start}-${stop - 1}/${size}`;
  const body = Buffer.alloc(Math.max(0, stop - start));
  await file.read(body, 0, body.length, start);
  const status = first === undefined ? 200 : 206;
  if (fault === "half") {
    response.writeHead(status, headers);
    response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy());
    return;
  }
  if (COUNTS.test(key)) Atomics.add(shared, 1, BigInt(body.length));
  end(response, status, headers, body);
}

function end(response, status, headers, body) {
  response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** A linear congruential generator: the same faults in every run, but for the order of requests. */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
