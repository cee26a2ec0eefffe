import type { ChunkSource, DenseChunk, SpotRange } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { Checkpoint, Piece } from "../../contracts/checkpoint.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { ScratchFile } from "../../contracts/scratch.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
import { checksumOf } from "../../runtime/checksum-of.js";
import { MOST_KEPT_SPOTS, pieceName, rangesIn } from "../../runtime/run-pass.js";
import { bytesOf } from "../../runtime/scratch/bytes-of.js";
import { coversAll, cutRange } from "../../runtime/spot-ranges.js";

/** N x K proportions that spots are refined from: in memory, or row after row in a scratch file. */
export type StartRows = { readonly rows: StatArray } | { readonly path: string };

export interface StartShape {
  readonly spotCount: number;
  readonly typeCount: number;
  readonly precision: "float64" | "float32";
}

/** The scratch file, and the piece that says that rows are there. */
const FILE = "start";
/** The pieces of rows, range by range, so that others read those of theirs alone. */
const ROWS = { task: "refine", keptAs: "startRows" } as const;
/** Begins the names of the pieces of the pass before. */
const STATISTICS = "summarize/";

/**
 * In memory, from an earlier run or from `solve`. The statistics that they follow from are about to be overwritten, so what was offered of
 * them is written before that, together with these rows, if any of it is worth writing yet; else it is forgotten.
 */
export async function startInMemory(
  shape: StartShape,
  solve: () => Promise<StatArray>,
  run: Pick<RunContext, "checkpoint" | "stopAt" | "executor" | "arena">,
): Promise<StartRows> {
  const { checkpoint, stopAt } = run;
  if (!checkpoint) return { rows: await solve() };
  const kept = await loadRows(shape, checkpoint, allocator(reachOf(run)));
  const rows = kept ?? (await solve());
  await checkpoint.settle();
  const isWorth =
    stopAt !== undefined ||
    checkpoint.isDue ||
    checkpoint.names().some((name) => name.startsWith(STATISTICS));
  if (!isWorth || kept !== undefined) checkpoint.withdraw(STATISTICS);
  else {
    const { typeCount } = shape;
    await saveRows(shape, checkpoint, async ({ start, end }) =>
      rows.subarray(start * typeCount, end * typeCount),
    );
  }
  return { rows };
}

/** On scratch, where the solve has them in blocks: row after row, for threads to read any range of them. */
export async function startOnScratch(
  shape: StartShape,
  solve: () => Promise<ChunkSource<DenseChunk>>,
  { checkpoint, stopAt, scratch, signal }: Pick<RunContext, "checkpoint" | "stopAt" | "scratch" | "signal">,
): Promise<StartRows> {
  const file = await scratch?.scratch.create(FILE);
  if (!file) throw new TypeError("no scratch");
  const rowBytes = shape.typeCount * (shape.precision === "float32" ? 4 : 8);
  const byteLength = shape.spotCount * rowBytes;
  if (checkpoint && (await isIntact(checkpoint, file, byteLength))) return { path: file.path };
  if (checkpoint && (await copyRows(shape, checkpoint, file))) return { path: file.path };
  const proportions = await solve();
  for await (const { values, spotStart } of proportions.chunks({ signal })) {
    await file.write(bytesOf(values as StatArray), spotStart * rowBytes);
  }
  checkpoint?.offer(FILE, async () => ({
    facts: { byteLength, checksum: await checksumOf(checkpoint, file, 0, byteLength) },
    arrays: {},
  }));
  if (checkpoint && stopAt !== undefined) {
    await saveRows(shape, checkpoint, async (range) => {
      const rows = statArray(shape.precision, (range.end - range.start) * shape.typeCount);
      await file.read(bytesOf(rows), range.start * rowBytes);
      return rows;
    });
  }
  return { path: file.path };
}

/** Whether the file holds what an earlier run has put there. It may be another one, or end before these rows. */
async function isIntact(checkpoint: Checkpoint, file: ScratchFile, byteLength: number): Promise<boolean> {
  const kept = await checkpoint.load(FILE);
  if (!kept) return false;
  const { checksum } = kept.facts as { checksum: number };
  return checksum === (await checksumOf(checkpoint, file, 0, byteLength).catch(() => undefined));
}

async function saveRows(
  { spotCount }: StartShape,
  checkpoint: Checkpoint,
  rowsOf: (range: SpotRange) => Promise<StatArray>,
): Promise<void> {
  for (const range of cutRange({ start: 0, end: spotCount }, MOST_KEPT_SPOTS)) {
    const make = async () => ({ facts: null, arrays: { rows: await rowsOf(range) } });
    await checkpoint.save(pieceName(ROWS, range), make);
  }
}

/** All rows that were kept; undefined unless all are there. */
async function loadRows(
  { spotCount, typeCount, precision }: StartShape,
  checkpoint: Checkpoint,
  allocate: Allocate,
): Promise<StatArray | undefined> {
  if (!coversAll(rangesIn(checkpoint.names(), ROWS), spotCount)) return undefined;
  const rows = statArray(precision, spotCount * typeCount, allocate);
  const isWhole = await eachKept(checkpoint, async (own, { start }) => rows.set(own, start * typeCount));
  return isWhole ? rows : undefined;
}

async function copyRows(
  { spotCount }: StartShape,
  checkpoint: Checkpoint,
  file: ScratchFile,
): Promise<boolean> {
  if (!coversAll(rangesIn(checkpoint.names(), ROWS), spotCount)) return false;
  return eachKept(checkpoint, (rows, { start, end }) =>
    file.write(bytesOf(rows), start * (rows.byteLength / (end - start))),
  );
}

async function eachKept(
  checkpoint: Checkpoint,
  take: (rows: StatArray, range: SpotRange) => Promise<void>,
): Promise<boolean> {
  for (const range of rangesIn(checkpoint.names(), ROWS)) {
    const rows = rowsIn(await checkpoint.load(pieceName(ROWS, range)));
    if (!rows) return false;
    await take(rows, range);
  }
  return true;
}

function rowsIn(piece: Piece | undefined): StatArray | undefined {
  return piece?.arrays.rows as StatArray | undefined;
}

/** The rows of a range alone, for a process that refines no other; undefined where they are not all there. */
export async function loadStart(
  { start, end }: SpotRange,
  typeCount: number,
  checkpoint: Pick<Checkpoint, "names" | "load">,
): Promise<StatArray | undefined> {
  let rows: StatArray | undefined;
  let from = start;
  const ranges = rangesIn(checkpoint.names(), ROWS).sort((a, b) => a.start - b.start);
  for (const range of ranges) {
    if (range.end <= from || range.start > from || from >= end) continue;
    const own = rowsIn(await checkpoint.load(pieceName(ROWS, range)));
    if (!own) return undefined;
    const to = Math.min(range.end, end);
    rows ??= statArray(own instanceof Float32Array ? "float32" : "float64", (end - start) * typeCount);
    rows.set(
      own.subarray((from - range.start) * typeCount, (to - range.start) * typeCount),
      (from - start) * typeCount,
    );
    from = to;
  }
  return from === end ? rows : undefined;
}
