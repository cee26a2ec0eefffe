import { lowerBound } from "@flashdeconv/core/internal";
import { NoStoreError } from "../no-store-error.js";
import type { ByteRange, ReadableStore } from "../store.js";
import { requireWithin, type ZipReader } from "../zip/zip-reader.js";
import { type ZipOptions, zipStore } from "../zip/zip-store.js";
import type { HttpParts } from "./http-parts.js";
import { isMissingAnswer, type ObjectReader } from "./object-reader.js";
import { refused } from "./refused.js";
import { askSize } from "./remote-file.js";

/** Read with the size of the zip: nearly always the whole of its directory. */
const TAIL_BYTES = 2 ** 17;
/** Members up to this size are read with their header, in one request. */
const WHOLE_MEMBER_BYTES = 2 ** 24;

/**
 * The store in a zip file behind a network: its directory first, then what is asked for of each member, by ranges. A
 * member's header tells where its bytes begin and is nothing to wait for, so both come in one request.
 */
export async function remoteZip(
  parts: HttpParts,
  reader: ObjectReader,
  zip: Omit<ZipOptions, "mostBytes">,
): Promise<ReadableStore> {
  const { name, url, signedHow, options } = parts;
  const read = async (range: ByteRange) => {
    const part = await reader.read(url, { range });
    if (!isMissingAnswer(part)) return part;
    if (part.status !== 404 && part.status !== 410) throw refused(url, part, signedHow);
    throw new NoStoreError({
      path: name,
      thing: "nothing",
      found: `nothing there (the answer ${part.status})`,
      expected: `a zip file of a ${zip.format.name} store`,
      remedy: "Check the address.",
    });
  };
  const tail = await read({ suffixLength: TAIL_BYTES });
  // A cache keeps bytes and not the size of the object they are of; one more byte tells it.
  const size = tail.size ?? (await askSize(parts)).size;
  const tailStart = size - tail.bytes.length;
  let bounds: Float64Array = new Float64Array(0);
  const members = new Map<number, Promise<Uint8Array>>();

  const memberEnd = (start: number): number | undefined => {
    const at = lowerBound(bounds, start);
    return bounds[at] === start ? bounds[at + 1] : undefined;
  };
  const fetchRange = async (offset: number, length: number) => (await read({ offset, length })).bytes;

  const zipReader: ZipReader = {
    getLength: async () => size,
    onMembers: (found) => {
      bounds = found;
    },
    async read(offset, length) {
      requireWithin(size, offset, length);
      if (length === 0) return new Uint8Array(0);
      if (offset >= tailStart) return tail.bytes.slice(offset - tailStart, offset - tailStart + length);
      const end = memberEnd(offset);
      if (length === 30 && end !== undefined && end - offset <= WHOLE_MEMBER_BYTES) {
        const whole = fetchRange(offset, end - offset);
        members.set(offset, whole);
        // Its bytes are asked for at once after the header; two headers may be read before that.
        if (members.size > 2 * options.maxRequests) members.delete(members.keys().next().value as number);
        return copyOf((await whole).subarray(0, length));
      }
      for (const [start, whole] of members) {
        const bytes = start <= offset && offset < (memberEnd(start) ?? 0) ? await whole : undefined;
        if (!bytes || offset + length > start + bytes.length) continue;
        if (offset + length === start + bytes.length) members.delete(start);
        return copyOf(bytes.subarray(offset - start, offset - start + length));
      }
      return copyOf(await fetchRange(offset, length));
    },
  };
  const store = await zipStore(name, zipReader, { ...zip, mostBytes: options.mostBytes });
  return { ...store, readAheadBytes: options.readAheadBytes };
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
