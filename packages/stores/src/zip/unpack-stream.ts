import { readBounded } from "../read-bounded.js";

/** Unpacks deflated bytes. Throws TooLarge before more than `most` are held, an Error for damaged ones. */
export type Unpack = (packed: Uint8Array<ArrayBuffer>, most: number) => Promise<Uint8Array>;

/** By the runtime's streams, which Node and browsers have. */
export const unpackStream: Unpack = (packed, most) =>
  readBounded(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")), most);
