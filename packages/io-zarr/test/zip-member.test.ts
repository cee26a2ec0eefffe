import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkBloscFrame } from "../src/codecs/check-blosc-frame.js";
import { mostDecodedBytes } from "../src/codecs/most-decoded-bytes.js";
import { nativeCodec } from "../src/codecs/native-codecs.js";
import { useNodeCodecs } from "../src/node/node-codecs.js";
import { readMember } from "../src/node/zip-member.js";

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

describe("a member of a zip", () => {
  it.each([0, 8] as const)(
    "is read whole and in parts that end where it ends (method %d)",
    async (method) => {
      const [zip, member] = zipOf(BYTES, method);
      expect(await readMember(zip, member)).toEqual(BYTES);
      expect(await readMember(zip, member, { offset: 3, length: 4 })).toEqual(BYTES.slice(3, 7));
      expect(await readMember(zip, member, { offset: 98, length: 40 })).toEqual(BYTES.slice(98));
      expect(await readMember(zip, member, { offset: 400, length: 40 })).toHaveLength(0);
      expect(await readMember(zip, member, { suffixLength: 2 })).toEqual(BYTES.slice(98));
      expect(await readMember(zip, member, { suffixLength: 1000 })).toEqual(BYTES);
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
    await expect(readMember(...zipOf(BYTES, method, told))).rejects.toThrow(message);
  });
});

describe("a chunk that unpacks to more than makes sense", () => {
  it("is refused by what it may be", async () => {
    expect(mostDecodedBytes(10, 2 ** 22)).toBe(2 ** 23);
    expect(mostDecodedBytes(10, 8)).toBe(2 ** 20);
    expect(mostDecodedBytes(10, undefined)).toBe(2 ** 26);
    useNodeCodecs();
    const gzip = nativeCodec("gzip");
    const packed = await gzip?.encode(new Uint8Array(2 ** 21));
    expect(await gzip?.decode(packed as Uint8Array, 2 ** 20)).toHaveLength(2 ** 21);
    await expect(gzip?.decode(packed as Uint8Array, 100)).rejects.toThrow(/larger than 1048576 bytes/);
  });

  it("is refused by the header of Blosc", () => {
    const frame = new DataView(new ArrayBuffer(20));
    frame.setUint32(12, 20, true);
    frame.setUint32(4, 2 ** 31, true);
    expect(() => checkBloscFrame(new Uint8Array(frame.buffer), 2 ** 20)).toThrow(/2147483648 bytes unpacked/);
    frame.setUint32(4, 400, true);
    checkBloscFrame(new Uint8Array(frame.buffer), 2 ** 20);
  });
});
