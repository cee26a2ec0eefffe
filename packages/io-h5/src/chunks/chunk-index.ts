import { lowerBound } from "@flashdeconv/core/internal";
/** Where the chunks of a dataset lie, as plain arrays that can be sent to threads: those that are stored, ascending. */
export interface ChunkIndex {
  /** The chunks' numbers, row by row; undefined where all are there. */
  readonly numbers: Float64Array | undefined;
  readonly addresses: Float64Array;
  /** Bytes as they are stored. */
  readonly sizes: Float64Array;
  /** Filters that a chunk was stored without, a bit each, from the first on. */
  readonly masks: Uint32Array;
}

/** The indexes of a file by the path of the dataset, without a leading slash. */
export type ChunkIndexes = Readonly<Record<string, ChunkIndex>>;

export interface StoredChunk {
  readonly number: number;
  readonly address: number;
  readonly size: number;
  readonly mask: number;
}

/** Throws an Error where a chunk is there twice. */
export function indexOf(chunks: readonly StoredChunk[], chunkCount: number): ChunkIndex {
  const sorted = chunks.every(({ number }, i) => i === 0 || number > chunks[i - 1].number)
    ? chunks
    : [...chunks].sort((a, b) => a.number - b.number);
  sorted.forEach(({ number }, i) => {
    if (i > 0 && number === sorted[i - 1].number) throw new Error(`chunk ${number} twice in an index`);
  });
  return {
    numbers: sorted.length === chunkCount ? undefined : Float64Array.from(sorted, ({ number }) => number),
    addresses: Float64Array.from(sorted, ({ address }) => address),
    sizes: Float64Array.from(sorted, ({ size }) => size),
    masks: Uint32Array.from(sorted, ({ mask }) => mask),
  };
}

/** The stored ones among the chunks `first .. last`. */
export function chunksOf(index: ChunkIndex, first: number, last: number): StoredChunk[] {
  const { numbers, addresses, sizes, masks } = index;
  const found: StoredChunk[] = [];
  for (let i = numbers ? lowerBound(numbers, first) : first; i < addresses.length; i++) {
    const number = numbers ? numbers[i] : i;
    if (number > last) break;
    found.push({ number, address: addresses[i], size: sizes[i], mask: masks[i] });
  }
  return found;
}
