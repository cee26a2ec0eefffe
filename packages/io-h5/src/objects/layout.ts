import { numbered } from "@flashdeconv/core/internal";
import type { Cursor } from "../bytes/cursor.js";

/** Where the items of a dataset lie. */
export type Layout =
  | { readonly kind: "compact"; readonly data: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number }
  | ChunkedLayout
  | { readonly kind: "virtual" };

export interface ChunkedLayout {
  readonly kind: "chunked";
  readonly chunkShape: readonly number[];
  readonly itemBytes: number;
  /** Where the index of the chunks lies, or the only chunk. */
  readonly address: number;
  readonly index: ChunkIndexKind;
  /** Whether chunks that reach past the edge are stored without filters. */
  readonly plainEdges: boolean;
}

export type ChunkIndexKind =
  | { readonly kind: "tree" | "implicit" | "tree2" | "extensible" | "fixed" }
  | { readonly kind: "single"; readonly size: number | undefined; readonly mask: number };

const PLAIN_EDGES = 1;
const FILTERED_SINGLE = 2;

export function parseLayout(cursor: Cursor): Layout {
  const version = cursor.u8();
  if (version === 1 || version === 2) return parseOld(cursor);
  if (version !== 3 && version !== 4) throw new Error(`a layout of version ${version}`);
  const kind = cursor.u8();
  if (kind === 0) return { kind: "compact", data: cursor.take(cursor.u16()) };
  if (kind === 1) return { kind: "contiguous", address: cursor.address() };
  if (kind === 3) return { kind: "virtual" };
  if (kind !== 2) throw new Error(`a layout of class ${kind}`);
  return version === 3 ? parseChunked3(cursor) : parseChunked4(cursor);
}

function parseOld(cursor: Cursor): Layout {
  const rank = cursor.u8();
  const kind = cursor.u8();
  cursor.at += 5;
  const address = kind === 0 ? 0 : cursor.address();
  const lengths = Array.from({ length: rank }, () => cursor.u32());
  if (kind === 0) return { kind: "compact", data: cursor.take(cursor.u32()) };
  if (kind === 1) return { kind: "contiguous", address };
  // Of chunks the last length is that of an item.
  return chunked(lengths, address, { kind: "tree" });
}

function parseChunked3(cursor: Cursor): Layout {
  const rank = cursor.u8();
  const address = cursor.address();
  const lengths = Array.from({ length: rank }, () => cursor.u32());
  return chunked(lengths, address, { kind: "tree" });
}

function parseChunked4(cursor: Cursor): Layout {
  const flags = cursor.u8();
  const rank = cursor.u8();
  const lengthBytes = cursor.u8();
  const lengths = Array.from({ length: rank }, () => cursor.uint(lengthBytes));
  const index = parseIndex(cursor, flags);
  const address = cursor.address();
  return chunked(lengths, address, index, (flags & PLAIN_EDGES) !== 0);
}

function parseIndex(cursor: Cursor, flags: number): ChunkIndexKind {
  const kind = cursor.u8();
  switch (kind) {
    case 1: {
      const isFiltered = (flags & FILTERED_SINGLE) !== 0;
      const size = isFiltered ? cursor.length() : undefined;
      return { kind: "single", size, mask: isFiltered ? cursor.u32() : 0 };
    }
    case 2:
      return { kind: "implicit" };
    case 3:
      cursor.at += 1;
      return { kind: "fixed" };
    case 4:
      cursor.at += 5;
      return { kind: "extensible" };
    case 5:
      cursor.at += 6;
      return { kind: "tree2" };
    default:
      throw new Error(`a chunk index of the kind ${kind}`);
  }
}

function chunked(
  lengths: readonly number[],
  address: number,
  index: ChunkIndexKind,
  plainEdges = false,
): Layout {
  const chunkShape = lengths.slice(0, -1);
  const itemBytes = lengths[lengths.length - 1];
  if (chunkShape.length === 0 || chunkShape.some((length) => length < 1) || !(itemBytes > 0)) {
    throw new Error(`chunks of ${chunkShape.join(" x ")} items of ${numbered(itemBytes, "byte")}`);
  }
  return { kind: "chunked", chunkShape, itemBytes, address, index, plainEdges };
}
