import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJson } from "../src/options/read-json.js";
import { runCli } from "./run-cli.js";

/** Any value as text, with a name written twice in one of its objects. */
const NAMES = ["a", "A", "__proto__", '"', "\\", ":", "{", "é", ""];
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.constantFrom(...NAMES), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie("value")), {
        selector: ([name]) => name,
        maxLength: 3,
      })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

describe("JSON of users", () => {
  it("is read as JSON is", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("has each name once in an object, however deep it lies and however it is written", () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom(...NAMES), fc.boolean(), (one, other, name, isEscaped) => {
        const own = JSON.stringify(name);
        const again = isEscaped
          ? `"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`
          : own;
        const inner = `{${own}: ${JSON.stringify(one)}, "x": 1, ${again}: ${JSON.stringify(other)}}`;
        for (const text of [inner, `[[1], ${inner}]`, `{"y": [${inner}]}`]) {
          expect(() => readJson(text)).toThrow(`the name ${own} comes twice`);
        }
      }),
    );
  });

  it("may have a name in several objects", () => {
    expect(readJson('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}], "c": "a"}')).toMatchObject({ c: "a" });
  });

  it.each([
    ["[".repeat(100), /in each other/],
    [`${'{"a":'.repeat(65)}1${"}".repeat(65)}`, /in each other/],
    [`"${"a".repeat(2 ** 24)}"`, /longer/],
    ['{"a"', /JSON/],
    ["", /JSON/],
  ])("is refused else: %#", (text, message) => {
    expect(() => readJson(text)).toThrow(message);
  });

  it.each([
    [["run", "no.zarr", "--reference", "no.zarr", "--out", "no-out.zarr"]],
    [["solve", "no.zarr", "--out", "no-out.zarr"]],
  ])("is looked at in %j", async (command) => {
    for (const [flag, json] of [
      ["--merge-types", '{"A": ["type_0"], "A": ["type_1"]}'],
      ["--solver-options", '{"A": 1, "A": 2}'],
    ]) {
      const { code, stderr } = await runCli([...command, flag, json]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`option ${flag}: `)]);
      expect(stderr).toContain('the name "A" comes twice');
    }
  });
});
