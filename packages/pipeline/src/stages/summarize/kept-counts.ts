import type { CsrChunk, StreamOptions, Values } from "@flashdeconv/core";
import type { ScratchFile } from "../../contracts/scratch.js";
import { growingMemory } from "../../runtime/growing-memory.js";

// Counts of the genes in use, as narrow as they are, so that a later pass need not read, unpack and check the section again. A file holds
// the chunks of a range one after the other, each as a head, its values, where its rows begin, and its genes.

/** Numbers of a chunk's head, of 4 bytes: first spot, spots, entries, bytes of a gene, of a value as it is kept, and as it was. */
const HEAD = 6;
/** Kept as whole numbers below 256. */
const BYTE = 1;

/** Keeps chunks of the genes in use. */
export interface CountsKeeper {
  add(chunk: CsrChunk): Promise<void>;
  /** Bytes of all that was added; undefined where some was not kept. */
  finish(): number | undefined;
}

/** Keeps up to `mostBytes`. What cannot be kept is no error: it can be read again. */
export function countsKeeper(file: ScratchFile, mostBytes: number): CountsKeeper {
  const memory = growingMemory(Uint8Array);
  let written = 0;
  let isKept = true;
  return {
    async add(chunk) {
      if (!isKept) return;
      const block = packChunk(chunk, memory);
      isKept = written + block.length <= mostBytes && (await isWritten(file, block, written));
      written += block.length;
    },
    finish: () => (isKept ? written : undefined),
  };
}

function isWritten(file: ScratchFile, block: Uint8Array, at: number): Promise<boolean> {
  return file.write(block, at).then(
    () => true,
    () => false,
  );
}

interface KeptRequest extends Pick<StreamOptions, "signal" | "onProgress"> {
  readonly byteCount: number;
  /** Genes in use. */
  readonly width: number;
}

/** The chunks that were kept, each in memory that holds until the next is asked for. */
export async function* keptChunks(
  file: ScratchFile,
  { byteCount, width, signal, onProgress }: KeptRequest,
): AsyncGenerator<CsrChunk> {
  const memory = growingMemory(Uint8Array);
  const wide = { values: growingMemory(Uint8Array), indices: growingMemory(Uint8Array) };
  const head = new Int32Array(HEAD);
  let spotsDone = 0;
  for (let at = 0; at < byteCount; ) {
    signal?.throwIfAborted();
    await file.read(new Uint8Array(head.buffer), at);
    const block = memory(layOut(head).end);
    await file.read(block, at);
    at += block.length;
    const chunk = unpackChunk(block, width, wide);
    yield chunk;
    spotsDone += chunk.spotCount;
    onProgress?.({ spotsDone, spotCount: spotsDone });
  }
}

/** Where the parts of a chunk begin, each where its numbers may lie. */
function layOut([, spotCount, entryCount, geneBytes, keptBytes]: Int32Array) {
  const values = 4 * HEAD;
  const rows = roundUp(values + keptBytes * entryCount, 4);
  const genes = rows + 4 * (spotCount + 1);
  return { values, rows, genes, end: roundUp(genes + geneBytes * entryCount, 8) };
}

function roundUp(count: number, unit: number): number {
  return unit * Math.ceil(count / unit);
}

function packChunk(chunk: CsrChunk, memory: GrowingBytes): Uint8Array {
  const { spotStart, spotCount, width, indptr } = chunk;
  const entryCount = indptr[spotCount];
  const indices = chunk.indices.subarray(0, entryCount);
  const values = chunk.values.subarray(0, entryCount);
  const geneBytes = width <= 2 ** 16 ? 2 : 4;
  const valueBytes = values.BYTES_PER_ELEMENT;
  const keptBytes = areBytes(values) ? BYTE : valueBytes;
  const head = Int32Array.of(spotStart, spotCount, entryCount, geneBytes, keptBytes, valueBytes);
  const at = layOut(head);
  const block = memory(at.end);
  new Int32Array(block.buffer, 0, HEAD).set(head);
  numbersAt(block, at.values, keptBytes, entryCount).set(values);
  new Int32Array(block.buffer, at.rows, spotCount + 1).set(indptr.subarray(0, spotCount + 1));
  genesAt(block, at.genes, geneBytes, entryCount).set(indices);
  return block;
}

function unpackChunk(block: Uint8Array, width: number, memory: WideMemory): CsrChunk {
  const head = new Int32Array(block.buffer, 0, HEAD);
  const [spotStart, spotCount, entryCount, geneBytes, keptBytes, valueBytes] = head;
  const at = layOut(head);
  const indptr = new Int32Array(block.buffer, at.rows, spotCount + 1);
  const genes = genesAt(block, at.genes, geneBytes, entryCount);
  const kept = numbersAt(block, at.values, keptBytes, entryCount);
  const values = numbersAt(memory.values(valueBytes * entryCount), 0, valueBytes, entryCount) as Values;
  const indices = new Int32Array(memory.indices(4 * entryCount).buffer, 0, entryCount);
  // `set` widens many times faster than a constructor does.
  values.set(kept);
  indices.set(genes);
  return { kind: "csr", spotStart, spotCount, width, indptr, indices, values };
}

function areBytes(values: Values): boolean {
  for (let i = 0; i < values.length; i++) if (!Object.is(values[i] & 255, values[i])) return false;
  return true;
}

function numbersAt({ buffer }: Uint8Array, at: number, bytes: number, count: number) {
  if (bytes === BYTE) return new Uint8Array(buffer, at, count);
  return bytes === 4 ? new Float32Array(buffer, at, count) : new Float64Array(buffer, at, count);
}

function genesAt({ buffer }: Uint8Array, at: number, bytes: number, count: number) {
  return bytes === 2 ? new Uint16Array(buffer, at, count) : new Int32Array(buffer, at, count);
}

type GrowingBytes = (length: number) => Uint8Array;

/** Memory for the numbers of a chunk as wide as they were. */
interface WideMemory {
  readonly values: GrowingBytes;
  readonly indices: GrowingBytes;
}
