import { fileText, NotUtf8, strictText } from "@flashdeconv/core/internal";
import { describe, expect, it } from "vitest";

const bytesOf = (...parts: (string | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...Buffer.from(part)])));

describe("text of a file", () => {
  it("is UTF-8, with or without a mark before it", () => {
    expect(fileText(bytesOf("a,Müller\n", "b,細胞 🧬\n"), "t.csv")).toBe("a,Müller\nb,細胞 🧬\n");
    expect(fileText(bytesOf(0xef, 0xbb, 0xbf, "a,b"), "t.csv")).toBe("a,b");
  });

  it.each([
    ["Latin-1", bytesOf("a,b\nc,M", 0xfc, "ller\n"), /0xFC in line 2/],
    ["Latin-1 that looks like a lead", bytesOf("a,b\nc,caf", 0xe9, "ine\n"), /0xE9 in line 2/],
    ["a character that is cut off", bytesOf("a,b\n\nc,", 0xe2, 0x82), /0xE2 in line 3/],
    ["an overlong form", bytesOf(0xe0, 0x80, 0x80), /0xE0 in line 1/],
    ["half of a pair", bytesOf("é\n", 0xed, 0xa0, 0x80), /0xED in line 2/],
    ["UTF-16 with its mark", new Uint8Array([0xff, 0xfe, 0x61, 0, 0x0a, 0]), /0xFF in line 1/],
    ["UTF-16 without one", new Uint8Array([0x61, 0, 0x2c, 0]), /0x00 in line 1/],
  ])("is refused: %s", (_, bytes, found) => {
    expect(() => fileText(bytes, "t.csv")).toThrow(
      expect.objectContaining({ tag: "FormatError", path: "t.csv", found: expect.stringMatching(found) }),
    );
    expect(() => strictText(bytes)).toThrow(NotUtf8);
  });
});
