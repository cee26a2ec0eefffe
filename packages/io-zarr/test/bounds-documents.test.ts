import { FormatError } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { checkJson } from "../src/check-json.js";
import { pageCompressors } from "../src/read/spatialdata/page-compressors.js";
import { tinyAnnData } from "./read-tiny-anndata.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a metadata document", () => {
  it("too deep, or of millions of values, is refused before it is parsed", async () => {
    const deep = `{"a":${"[".repeat(65)}${"]".repeat(65)}}`;
    const wide = `{"a":[${"0,".repeat(2 ** 21)}0]}`;
    for (const [text, found] of [
      [deep, /more than 64 lists and objects/],
      [wide, /more than 2097152 values/],
    ] as const) {
      const zarr = tinyAnnData([[1, 2]]);
      zarr.files.set("X/.zattrs", bytes(text));
      const error = await openSpatial(zarr).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(FormatError);
      expect(error.message).toMatch(found);
    }
  });

  it("may hold brackets, commas and quotes in its texts", () => {
    checkJson(bytes(JSON.stringify({ a: `${"[{,".repeat(1000)}\\"` })));
    checkJson(bytes(`{"a":${"[".repeat(63)}${"]".repeat(63)}}`));
  });
});

it("a page of zstd that unpacks to more than its header says is refused before", async () => {
  const { ZSTD } = await pageCompressors();
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  const head = ((2 ** 17) << 3) | 3;
  frame.push(head & 255, (head >> 8) & 255, head >> 16, 7);
  expect(() => ZSTD?.(Uint8Array.from(frame), 1000)).toThrow("unpacks to up to 131072 bytes");
  expect(ZSTD?.(Uint8Array.from(frame), 2 ** 17)).toHaveLength(2 ** 17);
});
