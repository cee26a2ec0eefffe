import { numbered } from "@flashdeconv/core/internal";
/** More bytes than the caller takes. */
export class TooLarge extends Error {}

/**
 * All bytes of a stream, of which no more than `most` are ever held: bodies of answers, and what a stream unpacks. `onBytes` is told of
 * each piece as it comes. The stream is cancelled where it is not read to its end.
 *
 * @throws TooLarge once there are more
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array> | null,
  most: number,
  onBytes: (count: number) => void = () => {},
): Promise<Uint8Array> {
  // Memory for what was promised is taken as it comes: a wrong header must not cost more than the body does.
  const parts = partList();
  const reader = stream?.getReader();
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done || value === undefined) break;
      onBytes(value.length);
      filled += value.length;
      if (filled > most) throw new TooLarge(`more than ${numbered(most, "byte")}`);
      parts.add(value);
    }
  } finally {
    // Frees the connection where the body was not read to its end; there is nobody to tell of a failure.
    reader?.cancel().catch(() => undefined);
  }
  return parts.join(filled);
}

/** Pieces below this are put together as they come: each costs more than it holds, and may keep alive what it was cut from. */
const SMALL_PIECE = 4096;
const LEAST_GATHERED = 2 ** 13;
const MOST_GATHERED = 2 ** 16;

/** The pieces of a body, of which large ones are copied once. */
function partList() {
  const parts: Uint8Array[] = [];
  let gathered = new Uint8Array(0);
  let used = 0;
  const flush = () => {
    if (used > 0) parts.push(gathered.subarray(0, used));
    gathered = gathered.subarray(used);
    used = 0;
  };
  return {
    add(piece: Uint8Array) {
      if (piece.length >= SMALL_PIECE) {
        flush();
        parts.push(piece);
        return;
      }
      if (used + piece.length > gathered.length) {
        const room = Math.min(MOST_GATHERED, Math.max(LEAST_GATHERED, 2 * used));
        flush();
        gathered = new Uint8Array(room);
      }
      gathered.set(piece, used);
      used += piece.length;
    },
    join(length: number): Uint8Array {
      flush();
      if (parts.length === 1) return length < SMALL_PIECE ? parts[0].slice() : parts[0];
      const bytes = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
  };
}
