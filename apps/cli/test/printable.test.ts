import { readdirSync, readFileSync } from "node:fs";
import {
  LONGEST_NAME,
  printableJson,
  printableLine,
  printableMessage,
  printableName,
} from "@flashdeconv/results/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "../src/terminal/table.js";
import { findRaw, HOSTILE } from "./hostile-text.js";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 900 }),
  // Single code units: halves of pairs among them.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 900 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(...Object.values(HOSTILE)),
);

describe("whatever a name holds", () => {
  it("a line stays one line in which all shows", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const shown of [
          printableLine(text),
          printableMessage(`found ${text}, expected`),
          printableName(text),
        ]) {
          expect(findRaw(shown)).toBeUndefined();
          expect(printableLine(shown)).toBe(shown);
        }
      }),
    );
  });

  it("JSON gives it back exactly and holds nothing raw", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = printableJson({ [text]: [text] });
        expect(findRaw(json)).toBeUndefined();
        expect(JSON.parse(json)).toEqual({ [text]: [text] });
      }),
    );
  });

  it("columns stay in line", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const lines = table(
          ["name", "next"],
          [
            [a, "|x"],
            [b, "|y"],
          ],
        );
        expect(lines).toHaveLength(3);
        expect(lines[1].lastIndexOf("|x")).toBe(lines[2].lastIndexOf("|y"));
      }),
    );
  });
});

it.each(Object.entries(HOSTILE))("%s is shown as an escape", (_, text) => {
  expect(findRaw(text), "the text is hostile").toBeDefined();
  expect(printableName(`a${text}b`)).toMatch(/^a(\\[nrt]|\\u[0-9a-f]{4}|\\u\{[0-9a-f]+\}|[ -~])+b$/);
});

it("what our own words and everyday names hold stays as it is", () => {
  for (const text of [
    "CD4+ T/NK",
    "größe",
    "Zellen «α»",
    "神経細胞",
    "a b",
    "C:\\data",
    "40 µm – ok",
    "😀",
  ]) {
    expect(printableLine(text)).toBe(text);
  }
});

describe("a long name is cut, what stands around it is not", () => {
  const long = "x".repeat(LONGEST_NAME + 1);
  const cutName = `${"x".repeat(LONGEST_NAME - 1)}…`;

  it.each<[string, string, string]>([
    ["a word", `option ${long}: found`, `option ${cutName}: found`],
    ["a part of a path", `/data/${long}/b: found`, `/data/${cutName}/b: found`],
    [
      "a quoted text with blanks",
      `found "${"x ".repeat(200)}", expected`,
      `found "${"x ".repeat(99)}x…", expected`,
    ],
    ["two quoted texts far apart", `"a" ${"word ".repeat(60)}"b"`, `"a" ${"word ".repeat(60)}"b"`],
  ])("%s", (_, line, shown) => expect(printableLine(line)).toBe(shown));

  it("a name of just that length is whole", () => {
    expect(printableName(long.slice(1))).toBe(long.slice(1));
    expect(printableName(long)).toBe(cutName);
  });

  it("no pair is cut in half", () => {
    expect(printableName("😀".repeat(LONGEST_NAME))).toBe(`${"😀".repeat(LONGEST_NAME / 2 - 1)}…`);
  });

  it("a message of blanks and words has an end", () => {
    expect(printableMessage("a ".repeat(1e6)).length).toBeLessThan(5000);
  });
});

it("nothing else of the command line writes to the streams", () => {
  const source = new URL("../src/", import.meta.url);
  const writers = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /std(out|err)\.write|stream\.write\(|console\./.test(readFileSync(new URL(file, source), "utf8")),
    );
  expect(writers).toEqual(["terminal/print.ts"]);
});
