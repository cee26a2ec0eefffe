import { collect } from "./collect.js";
import type { Chunk } from "./csr-chunk.js";
import type { ChunkSource } from "./source.js";
import { numbered } from "./words.js";

/**
 * Reads a source in every way the contract names and throws, saying which promise was broken, if one was.
 *
 * Checks: chunks ascend without a gap and cover the asked range; CSR invariants hold; a second pass and any sub-range
 * give the same bits; a chunk may be overwritten without harm to later ones; an aborted signal stops the pass with its own
 * reason, before and during it; leaving the loop early is clean; progress counts up to the end.
 */
export async function checkSource<C extends Chunk>(source: ChunkSource<C>): Promise<void> {
  const whole = await readAll(source);
  await checkSecondPass(source, whole);
  await checkRanges(source, whole);
  await checkAbort(source);
  await checkEarlyBreak(source, whole);
  await checkProgress(source);
}

async function readAll<C extends Chunk>(source: ChunkSource<C>): Promise<string[]> {
  let next = 0;
  const rows: string[] = [];
  for await (const chunk of source.chunks()) {
    must(chunk.spotStart === next, `a chunk starts at spot ${chunk.spotStart} where ${next} was due`);
    must(chunk.spotCount > 0, `the chunk at spot ${next} is empty`);
    must(
      chunk.width === source.width,
      `the chunk at spot ${next} has width ${chunk.width}, the source ${source.width}`,
    );
    checkInvariants(chunk);
    rows.push(...rowsOf(chunk));
    next += chunk.spotCount;
  }
  must(next === source.spotCount, `the pass ended at spot ${next} of ${source.spotCount}`);
  return rows;
}

async function checkSecondPass<C extends Chunk>(source: ChunkSource<C>, whole: string[]): Promise<void> {
  let spot = 0;
  for await (const chunk of source.chunks()) {
    for (const row of rowsOf(chunk)) {
      must(row === whole[spot], `the second pass differs at spot ${spot}`);
      spot++;
    }
    overwrite(chunk);
  }
}

async function checkRanges<C extends Chunk>(source: ChunkSource<C>, whole: string[]): Promise<void> {
  const n = source.spotCount;
  const ranges = [
    [0, 0],
    [0, Math.min(1, n)],
    [Math.floor(n / 3), Math.floor((2 * n) / 3)],
    [Math.max(0, n - 1), n],
  ];
  for (const [start, end] of ranges) {
    let spot = start;
    for await (const chunk of source.chunks({ spotRange: { start, end } })) {
      must(
        chunk.spotStart === spot,
        `range ${start}..${end}: a chunk starts at ${chunk.spotStart} where ${spot} was due`,
      );
      checkInvariants(chunk);
      for (const row of rowsOf(chunk)) {
        must(row === whole[spot], `range ${start}..${end}: spot ${spot} differs from the full pass`);
        spot++;
      }
    }
    must(spot === end, `range ${start}..${end}: ended at spot ${spot}`);
  }
  let refused = false;
  try {
    for await (const _ of source.chunks({ spotRange: { start: 0, end: n + 1 } }));
  } catch {
    refused = true;
  }
  must(refused, `a range past the last spot (${n}) was accepted`);
}

async function checkAbort<C extends Chunk>(source: ChunkSource<C>): Promise<void> {
  const reason = new Error("the caller's own reason");
  const read = async (abortAfter: number): Promise<unknown> => {
    const controller = new AbortController();
    if (abortAfter === 0) controller.abort(reason);
    let taken = 0;
    try {
      for await (const _ of source.chunks({ signal: controller.signal }))
        if (++taken === abortAfter) controller.abort(reason);
    } catch (error) {
      return error;
    }
    // A source that had already yielded everything has nothing left to stop.
    return taken <= abortAfter && abortAfter > 0 ? reason : undefined;
  };
  if (source.spotCount === 0) return;
  must((await read(0)) === reason, "a pass with an aborted signal did not throw the signal's reason");
  must((await read(1)) === reason, "aborting after the first chunk did not throw the signal's reason");
}

async function checkEarlyBreak<C extends Chunk>(source: ChunkSource<C>, whole: string[]): Promise<void> {
  for await (const _ of source.chunks()) break;
  if (whole.length === 0) return;
  const again = await collect(source, { spotRange: { start: 0, end: 1 } });
  must(rowsOf(again)[0] === whole[0], "the first spot differs after a pass that was left early");
}

async function checkProgress<C extends Chunk>(source: ChunkSource<C>): Promise<void> {
  let last = 0;
  const onProgress = ({ spotsDone, spotCount }: { spotsDone: number; spotCount: number }) => {
    must(
      spotCount === source.spotCount,
      `progress speaks of ${numbered(spotCount, "spot")}, the source has ${source.spotCount}`,
    );
    must(
      spotsDone > last && spotsDone <= spotCount,
      `progress went from ${last} to ${spotsDone} of ${spotCount}`,
    );
    last = spotsDone;
  };
  for await (const _ of source.chunks({ onProgress }));
  must(last === source.spotCount, `progress ended at ${last} of ${source.spotCount}`);
}

function checkInvariants(chunk: Chunk): void {
  const at = `chunk at spot ${chunk.spotStart}`;
  if (chunk.kind === "dense") {
    must(
      chunk.values.length === chunk.spotCount * chunk.width,
      `${at}: ${numbered(chunk.values.length, "value")}`,
    );
    return;
  }
  const { indptr, indices, values, spotCount, width } = chunk;
  must(
    indptr.length === spotCount + 1 && indptr[0] === 0,
    `${at}: indptr does not start at 0 with one item per spot and one more`,
  );
  must(
    indptr[spotCount] === indices.length && indices.length === values.length,
    `${at}: indptr, indices and values disagree in length`,
  );
  for (let row = 0; row < spotCount; row++) {
    must(indptr[row + 1] >= indptr[row], `${at}: indptr descends at row ${row}`);
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      const ascending = i === indptr[row] || indices[i] > indices[i - 1];
      must(
        ascending && indices[i] >= 0 && indices[i] < width,
        `${at}: index ${indices[i]} in row ${row} is out of order or range`,
      );
    }
  }
}

/** One string per row, from the exact bits of its numbers. */
function rowsOf(chunk: Chunk): string[] {
  const rows: string[] = [];
  for (let row = 0; row < chunk.spotCount; row++) {
    if (chunk.kind === "dense") {
      rows.push(bits(chunk.values, row * chunk.width, (row + 1) * chunk.width));
    } else {
      const [from, to] = [chunk.indptr[row], chunk.indptr[row + 1]];
      rows.push(`${bits(chunk.indices, from, to)}|${bits(chunk.values, from, to)}`);
    }
  }
  return rows;
}

function bits(array: Float32Array | Float64Array | Int32Array, from: number, to: number): string {
  const size = array.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(array.buffer, array.byteOffset + from * size, (to - from) * size);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function overwrite(chunk: Chunk): void {
  chunk.values.fill(-1);
  if (chunk.kind === "csr") {
    chunk.indices.fill(-1);
    chunk.indptr.fill(-1);
  }
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`chunk source contract: ${message}`);
}
