import { takeBuffer } from "@flashdeconv/core/internal";
import { chooseKernel, inflateKernel } from "@flashdeconv/kernels";

/** Of what is unpacked at once, packed and unpacked each: a thread keeps memory for as much as the largest took. */
const MOST_BYTES = 2 ** 25;

/** As streams call them. */
type PackedFormat = "gzip" | "deflate" | "deflate-raw";

const METHODS = { gzip: "gunzip", deflate: "inflate", "deflate-raw": "inflateRaw" } as const;

const kernel = chooseKernel("auto", () => inflateKernel(MOST_BYTES));

/**
 * Unpacks in the calling thread, without a stream: a page's streams take several times as long, of which most is the way there and back.
 *
 * @returns undefined for what is better left to a stream
 * @throws Error for damaged bytes, and where more than `most` come out
 */
export function inflateHere(format: PackedFormat, bytes: Uint8Array, most: number): Uint8Array | undefined {
  const unpacked = kernel?.[METHODS[format]](bytes, most);
  if (!unpacked) return undefined;
  // What the kernel gives holds until its next call.
  const own = new Uint8Array(takeBuffer(unpacked.length));
  own.set(unpacked);
  return own;
}
