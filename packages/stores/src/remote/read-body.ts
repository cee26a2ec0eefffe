import { numbered } from "@flashdeconv/core/internal";
import { readBounded, TooLarge } from "../read-bounded.js";

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
  if (expected !== undefined && expected > most) throw new TooLarge(`${numbered(expected, "byte")}`);
  const bytes = await readBounded(response.body, expected ?? most, onBytes).catch((error) => {
    if (!(error instanceof TooLarge) || expected === undefined) throw error;
    throw new TransientFault(
      `a body of more than the ${numbered(expected, "byte")} that were announced`,
      response.status,
    );
  });
  if (expected !== undefined && bytes.length !== expected) {
    throw new TransientFault(
      `a body of ${numbered(bytes.length, "byte")} where ${expected} were announced`,
      response.status,
    );
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
