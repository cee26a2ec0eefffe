import { type DenseChunk, memorySource, type NameChunk } from "@flashdeconv/core";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { packStrings } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { readPositions } from "./read-positions.js";
import { asMatrix, type SpotPositions } from "./spot-positions.js";

const NAMES_AT_A_TIME = 65_536;

/**
 * Positions, and the columns that come with them, added to spots whose names are in memory.
 *
 * @throws FormatError as `readPositions`
 */
export async function addPositions(
  contents: AnnDataContents,
  files: ReadableStore,
  place: Parameters<typeof readPositions>[1],
  { signal }: ReadOptions = {},
): Promise<AnnDataContents> {
  const { spotCount, spotNames } = contents;
  const names = () => packedNames(spotNames as readonly string[]);
  return withPositions(contents, await readPositions(files, place, { spotCount, names, signal }));
}

/** The same for positions that are known. */
export function withPositions(contents: AnnDataContents, found: SpotPositions): AnnDataContents {
  const { shape, values } = asMatrix(found);
  const { spotCount } = contents;
  const matrix = { kind: "dense", spotStart: 0, spotCount, width: shape[1], values } as const;
  return {
    ...contents,
    obs: Object.entries(found.columns).map(([name, values]) => ({ name, kind: "number", values }) as const),
    obsm: { spatial: { values: memorySource<DenseChunk>(matrix) } },
  };
}

/** Names as chunks of bytes. */
export async function* packedNames(names: readonly string[]): AsyncIterable<NameChunk> {
  for (let start = 0; start < names.length; start += NAMES_AT_A_TIME) {
    const { length: count, ...packed } = packStrings(names.slice(start, start + NAMES_AT_A_TIME));
    yield { start, count, ...packed };
  }
}
