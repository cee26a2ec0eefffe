import { type ChunkSource, type DenseChunk, generatedSource } from "@flashdeconv/core";
import type { ScratchFile } from "../../contracts/scratch.js";
import { statArray } from "../allocator.js";
import { bytesOf } from "./bytes-of.js";

export interface RowFileShape {
  readonly spotCount: number;
  readonly width: number;
  readonly precision: "float64" | "float32";
}

const SPOTS_PER_CHUNK = 8192;

/** Rows that lie in a scratch file one after the other, as a source. */
export function rowFileSource(
  file: ScratchFile,
  { spotCount, width, precision }: RowFileShape,
): ChunkSource<DenseChunk> {
  return generatedSource({ spotCount, width, spotsPerChunk: SPOTS_PER_CHUNK }, async (spotStart, end) => {
    const values = statArray(precision, (end - spotStart) * width);
    await file.read(bytesOf(values), spotStart * width * values.BYTES_PER_ELEMENT);
    return { kind: "dense", spotStart, spotCount: end - spotStart, width, values };
  });
}
