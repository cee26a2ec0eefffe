import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpackNative } from "../src/node/unpack-native.js";
import { unpackStream } from "../src/zip/unpack-stream.js";
import { readMember } from "../src/zip/zip-member.js";

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

/** A zip of one member after ten bytes of something else, as its directory tells of it. */
function zipOf(bytes: Uint8Array, method: 0 | 8, told: Partial<Parameters<typeof readMember>[1]> = {}) {
  const stored = method === 8 ? new Uint8Array(deflateRawSync(bytes)) : bytes;
  const header = new DataView(new ArrayBuffer(30));
  header.setUint32(0, 0x04034b50, true);
  header.setUint16(26, 1, true);
  const file = Uint8Array.from([
    ...new Array(10).fill(99),
    ...new Uint8Array(header.buffer),
    65,
    ...stored,
    98,
    97,
  ]);
  const reader = {
    getLength: async () => file.length,
    read: async (offset: number, length: number) => file.slice(offset, offset + length),
  };
  const member = {
    relativeOffsetOfLocalHeader: 10,
    compressionMethod: method,
    generalPurposeBitFlag: 0,
    compressedSize: stored.length,
    uncompressedSize: bytes.length,
    ...told,
  };
  return [reader, member] as const;
}

describe.each([
  ["Node's zlib", unpackNative],
  ["streams", unpackStream],
])("a member of a zip, by %s", (_, unpack) => {
  it.each([0, 8] as const)(
    "is read whole and in parts that end where it ends (method %d)",
    async (method) => {
      const [zip, member] = zipOf(BYTES, method);
      expect(await readMember(zip, member, { most: 1000, unpack })).toEqual(BYTES);
      expect(await readMember(zip, member, { range: { offset: 3, length: 4 }, most: 1000, unpack })).toEqual(
        BYTES.slice(3, 7),
      );
      expect(
        await readMember(zip, member, { range: { offset: 98, length: 40 }, most: 1000, unpack }),
      ).toEqual(BYTES.slice(98));
      expect(
        await readMember(zip, member, { range: { offset: 400, length: 40 }, most: 1000, unpack }),
      ).toHaveLength(0);
      expect(await readMember(zip, member, { range: { suffixLength: 2 }, most: 1000, unpack })).toEqual(
        BYTES.slice(98),
      );
      expect(await readMember(zip, member, { range: { suffixLength: 1000 }, most: 1000, unpack })).toEqual(
        BYTES,
      );
    },
  );

  it.each([
    ["that unpacks to more than it tells", 8, { uncompressedSize: 60 }, /more than 60 bytes/],
    ["that unpacks to less than it tells", 8, { uncompressedSize: 160 }, /100 bytes in a member of 160/],
    ["that would fill the memory", 8, { uncompressedSize: 2 ** 31 }, /that unpacks to 2147483648/],
    ["of another method", 0, { compressionMethod: 93 }, /method 93/],
    ["that is encrypted", 0, { generalPurposeBitFlag: 1 }, /encrypted/],
    ["that lies elsewhere", 0, { relativeOffsetOfLocalHeader: 11 }, /no member where/],
  ] as const)("%s is refused", async (_, method, told, message) => {
    await expect(readMember(...zipOf(BYTES, method, told), { most: 2 ** 32, unpack })).rejects.toThrow(
      message,
    );
  });
});
