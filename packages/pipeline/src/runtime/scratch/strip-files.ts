import type { StripLayout, StripStore } from "@flashdeconv/solver/internal";
import type { Checkpoint } from "../../contracts/checkpoint.js";
import type { Scratch } from "../../contracts/scratch.js";
import { statArray } from "../allocator.js";
import { checksumOf } from "../checksum-of.js";
import type { KeptGeneration } from "../solve-pieces.js";
import { bytesOf } from "./bytes-of.js";
import type { GroupedRows } from "./row-scatter.js";

/** Strips that lie in scratch files. */
export interface StripFiles extends Omit<StripStore, "loadNeighbors" | "loadCoarse"> {
  /** The abundances that are kept: the file's name and a checksum over those of its strips. */
  generation(): KeptGeneration;
}

export interface StripFilesOptions {
  readonly typeCount: number;
  readonly precision: "float64" | "float32";
  /** Keeps checksums of what is stored. */
  readonly checkpoint?: Checkpoint;
  /** What one of the two files already holds. */
  readonly kept?: KeptGeneration;
}

const GENERATIONS = ["abundance-1", "abundance-2"] as const;

/**
 * Strips whose statistics and abundances lie in scratch files: abundances in two, the kept ones and those being written. With
 * `kept`, one of the two files already holds them. The strips of one file are all in single or all in double precision.
 */
export async function stripFiles(
  scratch: Scratch,
  { stripStarts }: StripLayout,
  statistics: GroupedRows,
  { typeCount, precision, checkpoint, kept }: StripFilesOptions,
): Promise<StripFiles> {
  const stripCount = stripStarts.length - 1;
  const open = async (fileName: string) => ({
    fileName,
    file: await scratch.create(fileName),
    checksums: new Uint32Array(stripCount),
    bytesPerNumber: kept?.bytesPerNumber ?? (precision === "float32" ? 4 : 8),
  });
  const generations = await Promise.all(GENERATIONS.map(open));
  let [current, next] = kept?.fileName === GENERATIONS[1] ? generations.reverse() : generations;
  const at = (strip: number, bytesPerNumber: number) => stripStarts[strip] * typeCount * bytesPerNumber;
  return {
    loadStatistics: (strip, rows) => statistics.load(strip, rows),
    async loadAbundance(strip, rows) {
      const { file, bytesPerNumber } = current;
      const isSame = bytesPerNumber === rows.BYTES_PER_ELEMENT;
      const stored = isSame ? rows : statArray(bytesPerNumber === 4 ? "float32" : "float64", rows.length);
      await file.read(bytesOf(stored), at(strip, bytesPerNumber));
      if (!isSame) rows.set(stored);
    },
    storeAbundance(strip, rows) {
      const bytes = bytesOf(rows);
      next.bytesPerNumber = rows.BYTES_PER_ELEMENT;
      if (checkpoint) next.checksums[strip] = checkpoint.checksum(bytes);
      return next.file.write(bytes, at(strip, rows.BYTES_PER_ELEMENT));
    },
    keep() {
      [current, next] = [next, current];
    },
    generation: () => ({
      fileName: current.fileName,
      checksum: checkpoint?.checksum(bytesOf(current.checksums)) ?? 0,
      bytesPerNumber: current.bytesPerNumber,
    }),
  };
}

/** Whether the abundances of a state lie on scratch as they were stored. */
export async function isIntact(
  scratch: Scratch,
  { stripStarts }: StripLayout,
  { fileName, checksum, bytesPerNumber }: KeptGeneration,
  { typeCount, checkpoint }: Pick<StripFilesOptions, "typeCount" | "checkpoint">,
): Promise<boolean> {
  if (!checkpoint) return false;
  const file = await scratch.create(fileName);
  const checksums = new Uint32Array(stripStarts.length - 1);
  const bytesPerSpot = typeCount * bytesPerNumber;
  for (const strip of checksums.keys()) {
    const [start, end] = [stripStarts[strip], stripStarts[strip + 1]];
    const place = [start * bytesPerSpot, (end - start) * bytesPerSpot] as const;
    const found = await checksumOf(checkpoint, file, ...place).catch(() => undefined);
    if (found === undefined) return false;
    checksums[strip] = found;
  }
  return checkpoint.checksum(bytesOf(checksums)) === checksum;
}
