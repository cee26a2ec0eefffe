import { numbered } from "@flashdeconv/core/internal";
import type { ByteRange } from "../store.js";
import { answersRange, cutRange, parseContentRange, parseUnsatisfied, rangeHeader } from "./content-range.js";
import { announcedLength, EncodedPart, readBody, TransientFault, undoneEncoding } from "./read-body.js";
import { parseRetryAfter } from "./retry-delay.js";

export interface RemoteAnswer {
  /** 2xx, 304, or what neither is an object nor passes by itself: 403, 404, 410 and the like. */
  readonly status: number;
  readonly headers: Headers;
  /** Of a range, the part of it that the object reaches. */
  readonly bytes: Uint8Array;
  /** Bytes of the whole object, where the server tells. */
  readonly size: number | undefined;
}

/** Statuses below 500 that may be gone the next time: timeout, too early, too many requests. */
const PASSING = new Set([408, 425, 429]);
/** Not implemented, HTTP version: asking again does not help. */
const LASTING = new Set([501, 505]);
/** Most bytes kept of a body that explains a refusal. */
const REFUSAL_BYTES = 2 ** 16;

/**
 * Reads an answer whole and checks it. Throws TransientFault for what may be better the next time, TooLarge and EncodedPart for
 * what will not.
 *
 * @param most bytes of a whole object that are held; of a range no more than it is long
 */
export async function readAnswer(
  response: Response,
  range: ByteRange | undefined,
  most: number,
  onBytes: (count: number) => void,
): Promise<RemoteAnswer> {
  const { status, headers } = response;
  const announced = announcedLength(headers);
  const answer = (bytes: Uint8Array, size: number | undefined) => ({ status, headers, bytes, size });
  const drop = () => void response.body?.cancel().catch(() => undefined);
  if (PASSING.has(status) || (status >= 500 && !LASTING.has(status))) {
    drop();
    const retryAfter = parseRetryAfter(headers.get("retry-after"), Date.now());
    throw new TransientFault(`the answer ${status}`, status, retryAfter);
  }
  if (status === 416 && range) {
    drop();
    return answer(new Uint8Array(0), parseUnsatisfied(headers.get("content-range")));
  }
  if (status === 206 && range) {
    const encoding = undoneEncoding(headers);
    if (encoding) {
      drop();
      throw new EncodedPart(encoding);
    }
    const sent = parseContentRange(headers.get("content-range"));
    if (sent && !answersRange(sent, range)) {
      drop();
      const got = `bytes ${sent.start} to ${sent.end} in place of ${rangeHeader(range)}`;
      throw new TransientFault(got, status);
    }
    // Browsers hide Content-Range unless the server allows it; then the body's own length has to do.
    const wanted = "suffixLength" in range ? range.suffixLength : range.length;
    const length = sent ? sent.end - sent.start : wanted;
    const bytes = await readBody(response, announced, length, onBytes);
    if (sent && bytes.length !== length) {
      throw new TransientFault(
        `${numbered(bytes.length, "byte")} in place of the ${length} of its range`,
        status,
      );
    }
    return answer(bytes, sent?.size);
  }
  if (status >= 200 && status < 300) {
    const bytes = await readBody(response, announced, most, onBytes);
    return answer(range ? cutRange(bytes, range) : bytes, bytes.length);
  }
  if (status === 304) {
    drop();
    return answer(new Uint8Array(0), undefined);
  }
  const bytes = await readBody(response, announced, REFUSAL_BYTES, onBytes).catch(() => new Uint8Array(0));
  return answer(bytes, undefined);
}
