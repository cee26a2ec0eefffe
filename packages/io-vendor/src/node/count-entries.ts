import { open } from "node:fs/promises";
import { constants, gunzipSync } from "node:zlib";
import { asReadError } from "@flashdeconv/stores/node/internal";
import { type MtxHeader, readMtx } from "../ingest/read-mtx.js";
import { fileBytes } from "./file-bytes.js";

const SAMPLE_BYTES = 2 ** 19;
const NEWLINE = 0x0a;

/** About how many lines a file of text has, packed or not: from its first bytes and its size. */
export async function estimateLines(path: string): Promise<number> {
  const { sample, size } = await asReadError(path, () => readSample(path));
  if (sample.length === 0) return 0;
  const isPacked = sample[0] === 0x1f && sample[1] === 0x8b;
  const text = isPacked ? unpackStart(sample) : sample;
  let lines = 0;
  for (const byte of text) if (byte === NEWLINE) lines++;
  return Math.ceil((lines * size) / sample.length);
}

async function readSample(path: string) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(new Uint8Array(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return { sample: buffer.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}

/** What is wrong with a packed file is told where it is read. */
function unpackStart(sample: Uint8Array): Uint8Array {
  try {
    return gunzipSync(sample, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 25 });
  } catch {
    return new Uint8Array(0);
  }
}

/** The entries of a Matrix Market file, as its header says. */
export async function countEntries(path: string): Promise<number> {
  const found: MtxHeader[] = [];
  for await (const _ of readMtx(fileBytes(path), path, (header) => found.push(header))) break;
  return found[0]?.entryCount ?? 0;
}
