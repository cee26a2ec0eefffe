import { numbered } from "@flashdeconv/core/internal";
import type { FileBytes } from "../bytes/file-bytes.js";
import type { StoredChunk } from "../chunks/chunk-index.js";
import type { Grid } from "../chunks/grid.js";
import { type ChunkFacts, type DecodedChunk, decodeChunk } from "../filters/decode-chunk.js";
import type { DatasetFacts, Storage } from "../tree/dataset.js";

/** The storage of a dataset that is cut into chunks. */
export type Chunked = Extract<Storage, { kind: "chunked" }>;

/** Chunks that lie close are read together. */
const MOST_GAP = 2 ** 13;
const MOST_JOINED = 2 ** 23;

/** Chunks that are unpacked at a time. */
const LANES = 4;

/** Reads chunks, those that lie close together, and undoes their filters. */
export function chunkReader(bytes: FileBytes, facts: DatasetFacts, { grid, plainEdges }: Chunked) {
  const shape = facts.space.shape ?? [0];
  const chunkFacts: ChunkFacts = {
    filters: facts.filters,
    itemBytes: facts.type.size,
    chunkBytes: grid.chunkBytes,
  };
  const maskOf = ({ number, mask }: StoredChunk) =>
    plainEdges && reachesOut(grid, shape, number) ? 0xffffffff : mask;
  return async (
    chunks: readonly StoredChunk[],
    signal: AbortSignal | undefined,
    /** What it is given may hold until it returns. */
    take: (chunk: StoredChunk, decoded: DecodedChunk) => void,
  ): Promise<void> => {
    for (const chunk of chunks) requireFits(chunk, grid, facts, bytes.size);
    const readGroup = async (group: readonly StoredChunk[]) => {
      const start = group[0].address;
      const end = Math.max(...group.map(({ address, size }) => address + size));
      const block = await bytes.read(start, end - start, signal);
      // A few at a time: what is unpacked is copied while it is still at hand, and let go of.
      const lane = async (first: number) => {
        for (let i = first; i < group.length; i += LANES) {
          const from = group[i].address - start;
          const stored = block.subarray(from, from + group[i].size);
          const decoded = decodeChunk(stored, maskOf(group[i]), chunkFacts);
          take(group[i], decoded instanceof Promise ? await decoded : decoded);
        }
      };
      await Promise.all(Array.from({ length: Math.min(LANES, group.length) }, (_, first) => lane(first)));
    };
    await Promise.all(neighbours(chunks).map(readGroup));
  };
}

/** Chunks in groups that are read at once. */
function neighbours(chunks: readonly StoredChunk[]): StoredChunk[][] {
  const groups: StoredChunk[][] = [];
  let end = 0;
  for (const chunk of [...chunks].sort((a, b) => a.address - b.address)) {
    const group = groups[groups.length - 1];
    const joined = Math.max(end, chunk.address + chunk.size);
    if (group && chunk.address - end <= MOST_GAP && joined - group[0].address <= MOST_JOINED) {
      group.push(chunk);
      end = joined;
    } else {
      groups.push([chunk]);
      end = chunk.address + chunk.size;
    }
  }
  return groups;
}

/** What is stored of a chunk is seldom longer than the chunk; much longer is damage. */
function requireFits(
  { number, address, size }: StoredChunk,
  { chunkBytes }: Grid,
  { filters }: DatasetFacts,
  fileBytes: number,
) {
  const most = filters.length === 0 ? chunkBytes : 2 * chunkBytes + 4096;
  if (size > 0 && size <= most && address + size <= fileBytes) return;
  throw new Error(
    `chunk ${number} of ${numbered(chunkBytes, "byte")} stored in ${size} at ${address} of ${fileBytes}`,
  );
}

function reachesOut({ chunkShape, counts }: Grid, shape: readonly number[], number: number): boolean {
  let rest = number;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    const place = rest % counts[axis];
    rest = Math.floor(rest / counts[axis]);
    if ((place + 1) * chunkShape[axis] > shape[axis]) return true;
  }
  return false;
}
