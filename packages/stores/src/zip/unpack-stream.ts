import { readBounded } from "../read-bounded.js";

/** Unpacks deflated bytes. Throws TooLarge before more than `most` are held, an Error for damaged ones. */
export type Unpack = (packed: Uint8Array<ArrayBuffer>, most: number) => Promise<Uint8Array>;

/** By our kernel, or where it declines by the runtime's streams, which Node and browsers have. */
export const unpackStream: Unpack = async (packed, most) => {
  const { inflateHere } = await import("../codecs/inflate-here.js");
  const unpacked = inflateHere("deflate-raw", packed, most);
  if (unpacked) return unpacked;
  return readBounded(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")), most);
};
