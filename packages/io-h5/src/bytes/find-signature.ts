import type { RangeReader } from "@flashdeconv/stores";

const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
/** A block of the user's own may come before the file proper, of 512 bytes or a doubling of that; so far it is looked for. */
const MOST_USER_BLOCK = 2 ** 20;

/** Where the signature of HDF5 stands in a file; undefined where there is none. */
export async function findSignature(reader: RangeReader): Promise<number | undefined> {
  const size = await reader.getLength();
  for (let at = 0; at <= MOST_USER_BLOCK && at + SIGNATURE.length <= size; at = at === 0 ? 512 : 2 * at) {
    const bytes = await reader.read(at, SIGNATURE.length);
    if (SIGNATURE.every((byte, i) => bytes[i] === byte)) return at;
  }
  return undefined;
}
