/** A fault of a connection or server that may be gone the next time. Never leaves this folder. */
export class TransientFault extends Error {
  constructor(
    message: string,
    readonly status?: number,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** A body of more bytes than the caller takes. */
export class TooLarge extends Error {}

/** A part of an object in its compressed form: it cannot be unpacked, and its offsets are not those that were asked for. */
export class EncodedPart extends Error {}

/**
 * The whole body of an answer. `onBytes` is told of each piece as it comes. Throws TransientFault where there are more or
 * fewer bytes than `expected` (Content-Length), TooLarge where there are more than `most`.
 */
export async function readBody(
  response: Response,
  expected: number | undefined,
  most: number,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  if (expected !== undefined && expected > most) throw new TooLarge(`${expected} bytes`);
  const parts: Uint8Array[] = [];
  let filled = 0;
  // Memory for what was promised is taken as it comes: a wrong header must not cost more than the body does.
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done || value === undefined) break;
      onBytes(value.length);
      parts.push(value);
      filled += value.length;
      if (filled > most) throw new TooLarge(`more than ${most} bytes`);
      if (expected !== undefined && filled > expected) break;
    }
  } finally {
    // Frees the connection where the body was not read to its end; there is nobody to tell of a failure.
    reader?.cancel().catch(() => undefined);
  }
  if (expected !== undefined && filled !== expected) {
    throw new TransientFault(`a body of ${filled} bytes where ${expected} were announced`, response.status);
  }
  return parts.length === 1 ? parts[0] : joined(parts, filled);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Codings that fetch undoes by itself (RFC 9110, 8.4.1; RFC 7932, RFC 8878). Bodies in any other come as they are. */
const UNDONE = new Set(["gzip", "x-gzip", "deflate", "br", "zstd"]);

/** How a body was compressed for the way; undefined where it comes as it is. */
export function undoneEncoding(headers: Headers): string | undefined {
  const codings = headers.get("content-encoding")?.toLowerCase().split(",") ?? [];
  return codings.map((coding) => coding.trim()).find((coding) => UNDONE.has(coding));
}

/** Content-Length, where it tells the length of what is read: not of a body that was compressed for the way. */
export function announcedLength(headers: Headers): number | undefined {
  if (undoneEncoding(headers)) return undefined;
  const text = headers.get("content-length");
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
