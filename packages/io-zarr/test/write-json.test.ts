import fc from "fast-check";
import { expect, it } from "vitest";
import { formatJson, parseJson } from "../src/json.js";

it.each([
  "1.0",
  "-0.0",
  "1e-05",
  "1E+400",
  "9223372036854775807",
  "-9223372036854775808",
  "NaN",
  "-Infinity",
])("keeps %s to the letter", (number) => {
  const text = `{"a":[${number}],"b":"${number}","c \\" ${number}":3}`;
  expect(formatJson(parseJson(text)).replace(/\n\s*|(?<=:) /g, "")).toBe(text);
});

it("reads and writes plain JSON as JSON does", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.parse(formatJson(parseJson(text)))).toEqual(JSON.parse(text));
      expect(JSON.parse(formatJson(JSON.parse(text)))).toEqual(JSON.parse(text));
    }),
  );
});

it("writes numbers that JSON lacks as Python does", () => {
  expect(formatJson([Number.NaN, Infinity, -Infinity]).replace(/\s/g, "")).toBe("[NaN,Infinity,-Infinity]");
});

it("gives numbers that need no care as numbers", () => {
  expect(parseJson('{"shape":[3,0,-7],"x":0.5,"s":"1.0"}')).toEqual({ shape: [3, 0, -7], x: 0.5, s: "1.0" });
});

it("writes ASCII alone, laid out as JSON.stringify does", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = formatJson(value);
      expect(text).toMatch(/^[\n -~]*$/);
      const plain = JSON.stringify(value, null, 2);
      if (/^[\n -~]*$/.test(plain)) expect(text).toBe(plain);
    }),
  );
  const names = { größe: "\u{1f9e0}", "\u007f": "\u2028", 细胞: ["\ufeff"] };
  expect(formatJson(names)).toContain('"gr\\u00f6\\u00dfe": "\\ud83e\\udde0"');
  expect(JSON.parse(formatJson(names))).toEqual(names);
  // What another program's metadata hold stays as it is, half of a pair too.
  expect(formatJson(parseJson('"\\ud800"'))).toBe('"\\ud800"');
});

it("takes no text for a number, whatever it begins with", () => {
  const values = { "\ue000number:1": "\ue0001.0", a: ["\ue000number:}", "\ue000\ue0001", "\ue000"], b: "x" };
  for (const text of [JSON.stringify(values), formatJson(values)]) {
    expect(parseJson(text)).toEqual(values);
    expect(JSON.parse(formatJson(parseJson(text)))).toEqual(values);
  }
  expect(JSON.parse(formatJson(values))).toEqual(values);
});
