import fc from "fast-check";
import { expect, it } from "vitest";
import { ByteStringArray, UnicodeStringArray } from "zarrita";
import { packFixed } from "../src/codecs/pack-fixed.js";
import { unpackStrings } from "../src/codecs/vlen-utf8.js";

const CHARS = 6;

it("Unicode of fixed length is packed as its text is, of any script", () => {
  const text = fc.string({ unit: "binary", maxLength: CHARS }).map((s) => s.replaceAll("\0", ""));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), fc.nat(), (texts, cut) => {
      const points = texts.map((s) => [...s].map((c) => c.codePointAt(0) ?? 0));
      const data = Int32Array.from(points.flatMap((p) => [...p, ...new Array(CHARS - p.length).fill(0)]));
      const from = cut % texts.length;
      const packed = packFixed(new UnicodeStringArray(CHARS, data.buffer), from, texts.length, "obs/_index");
      expect(unpackStrings(packed)).toEqual(texts.slice(from));
    }),
  );
});

it("what is not a character becomes the replacement character", () => {
  const points = Int32Array.of(65, 0xd800, 0x110000, -1, 0, 66);
  expect(unpackStrings(packFixed(new UnicodeStringArray(CHARS, points.buffer), 0, 1, "x"))).toEqual([
    "A���B",
  ]);
});

it("bytes of fixed length are ASCII, UTF-8, or refused", () => {
  const items = (...texts: (string | number[])[]) => {
    const bytes = new Uint8Array(CHARS * texts.length);
    for (const [i, text] of texts.entries()) {
      bytes.set(typeof text === "string" ? new TextEncoder().encode(text) : text, i * CHARS);
    }
    return new ByteStringArray(CHARS, bytes.buffer);
  };
  expect(unpackStrings(packFixed(items("ab", "abcdef", ""), 0, 3, "x"))).toEqual(["ab", "abcdef", ""]);
  expect(unpackStrings(packFixed(items("ab", "Ωµ"), 1, 2, "x"))).toEqual(["Ωµ"]);
  expect(() => packFixed(items("ab", "Ωµ", [65, 0xff]), 1, 3, "obs/_index")).toThrow(
    /^obs\/_index: found the byte 0xFF in item 3, which no text in UTF-8 has there/,
  );
});
