import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { RunContext } from "../../contracts/run-context.js";
import { allocator, reachOf } from "../../runtime/allocator.js";
import { checksumOf } from "../../runtime/checksum-of.js";
import { bytesOf } from "../../runtime/scratch/bytes-of.js";

/** N x K proportions that spots are refined from: in memory, or row after row in a scratch file. */
export type StartRows = { readonly rows: StatArray } | { readonly path: string };

/** The piece that says they are there. */
const PIECE = "start";
/** Begins the names of the pieces of the pass before. */
const STATISTICS = "summarize/";

/**
 * In memory, from an earlier run or from `solve`. The statistics that they follow from are about to be overwritten, so what was offered of
 * them is written before that, together with these rows, if any of it is worth writing yet; else it is forgotten.
 */
export async function startInMemory(
  solve: () => Promise<StatArray>,
  run: Pick<RunContext, "checkpoint" | "executor" | "arena">,
): Promise<StartRows> {
  const { checkpoint } = run;
  if (!checkpoint) return { rows: await solve() };
  const kept = (await checkpoint.load(PIECE, allocator(reachOf(run))))?.arrays.rows;
  const rows = (kept as StatArray | undefined) ?? (await solve());
  await checkpoint.settle();
  const isWorth = checkpoint.isDue || checkpoint.names().some((name) => name.startsWith(STATISTICS));
  if (isWorth && kept === undefined) await checkpoint.save(PIECE, () => ({ facts: null, arrays: { rows } }));
  else checkpoint.withdraw(STATISTICS);
  return { rows };
}

/** On scratch, where the solve has them in blocks: row after row, for threads to read any range of them. */
export async function startOnScratch(
  rowBytes: number,
  solve: () => Promise<ChunkSource<DenseChunk>>,
  { checkpoint, scratch, signal }: Pick<RunContext, "checkpoint" | "scratch" | "signal">,
): Promise<StartRows> {
  const file = await scratch?.scratch.create(PIECE);
  if (!file) throw new TypeError("no scratch");
  const kept = await checkpoint?.load(PIECE);
  if (kept && checkpoint) {
    const { byteLength, checksum } = kept.facts as { byteLength: number; checksum: number };
    // The file may be another one, or end before these rows.
    const found = await checksumOf(checkpoint, file, 0, byteLength).catch(() => undefined);
    if (found === checksum) return { path: file.path };
  }
  const proportions = await solve();
  for await (const { values, spotStart } of proportions.chunks({ signal })) {
    await file.write(bytesOf(values as StatArray), spotStart * rowBytes);
  }
  const byteLength = proportions.spotCount * rowBytes;
  checkpoint?.offer(PIECE, async () => ({
    facts: { byteLength, checksum: await checksumOf(checkpoint, file, 0, byteLength) },
    arrays: {},
  }));
  return { path: file.path };
}
