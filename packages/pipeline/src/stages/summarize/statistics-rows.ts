import type { SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Piece } from "../../contracts/checkpoint.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SpotStatistics } from "../../contracts/summary.js";
import type { SummarizeInput } from "../../contracts/tasks.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
import { checksumOf } from "../../runtime/checksum-of.js";
import { bytesOf } from "../../runtime/scratch/bytes-of.js";
import { type RowFileShape, rowFileSource } from "../../runtime/scratch/row-file.js";

export interface StatisticsRequest extends RowFileShape {
  /** Of the file, on scratch. */
  readonly name: string;
  /** Memory to be overwritten; new memory if left out. Not looked at on scratch. */
  readonly into?: StatArray;
}

/** Where a pass puts the rows of spots, in memory or on scratch, and how the pieces of it are kept. */
export interface StatisticsRows {
  readonly statistics: SpotStatistics;
  /** Where tasks write; undefined where memory is not shared: then rows come back as parts. */
  readonly target: SummarizeInput["statistics"];
  /** Takes in rows that came back. */
  place(rows: StatArray, range: SpotRange): void;
  /** What is kept of a range: its rows or, as they lie on scratch to stay, a checksum of them. */
  pack(rows: StatArray | undefined, range: SpotRange): Promise<Piece>;
  /** Takes in again what was kept; whether it still holds. */
  unpack(piece: Piece, range: SpotRange): Promise<boolean>;
}

export async function statisticsRows(
  { name, into, spotCount, width, precision }: StatisticsRequest,
  run: RunContext,
): Promise<StatisticsRows> {
  const { executor, checkpoint, scratch } = run;
  const file = await scratch?.scratch.create(name);
  if (file) {
    const rowBytes = width * (precision === "float32" ? 4 : 8);
    const checksum = async ({ start, end }: SpotRange) =>
      checkpoint ? checksumOf(checkpoint, file, start * rowBytes, (end - start) * rowBytes) : null;
    return {
      statistics: rowFileSource(file, { spotCount, width, precision }),
      target: { path: file.path },
      place: () => undefined,
      pack: async (_, range) => ({ facts: await checksum(range), arrays: {} }),
      async unpack({ facts, arrays: { statistics } }, range) {
        if (statistics !== undefined) {
          await file.write(bytesOf(statistics as StatArray), range.start * rowBytes);
          return true;
        }
        // The file may be another one, or end before these rows.
        return facts === (await checksum(range).catch(() => undefined));
      },
    };
  }
  const memory = into ?? statArray(precision, spotCount * width, allocator(reachOf(run)));
  const place = (rows: StatArray, { start }: SpotRange) => memory.set(rows, start * width);
  return {
    statistics: memory,
    target: executor.sharesMemory ? memory : undefined,
    place,
    async pack(rows, { start, end }) {
      return { facts: null, arrays: { statistics: rows ?? memory.subarray(start * width, end * width) } };
    },
    async unpack({ arrays: { statistics } }, range) {
      if (statistics === undefined) return false;
      // At once: all kept parts together would be another copy of the summary.
      place(statistics as StatArray, range);
      return true;
    },
  };
}
