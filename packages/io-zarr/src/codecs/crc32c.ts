import { numbered } from "@flashdeconv/core/internal";

/** Castagnoli's polynomial, reflected (RFC 3720). */
const POLYNOMIAL = 0x82f63b78;

let table: Uint32Array | undefined;

function buildTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
}

/** The CRC-32C of some bytes. */
export function crc32c(bytes: Uint8Array): number {
  table ??= buildTable();
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

/** The bytes before the checksum that ends them. Throws an Error where it is not theirs. */
export function withoutCrc32c(bytes: Uint8Array): Uint8Array {
  const length = bytes.length - 4;
  if (length < 0) throw new Error(`${numbered(bytes.length, "byte")} where a checksum of 4 should end them`);
  const body = bytes.subarray(0, length);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + length).getUint32(0, true);
  if (crc32c(body) !== stored) throw new Error("bytes that do not fit their crc32c checksum");
  return body;
}
