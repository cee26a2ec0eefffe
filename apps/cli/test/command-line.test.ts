import { execFileSync } from "node:child_process";
import { DECONVOLVE_OPTIONS } from "@flashdeconv/pipeline";
import { commandLineOf, isPrintable, OPTION_FLAGS } from "@flashdeconv/results/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOSTILE } from "./hostile-text.js";

describe("a command that is kept", () => {
  it("is one line that bash reads as the words that were given", () => {
    const word = fc
      .oneof(fc.string({ unit: "binary", maxLength: 30 }), fc.constantFrom(...Object.values(HOSTILE)))
      .filter((text) => !text.includes("\0") && !text.includes("://") && !/\p{Cs}/u.test(text));
    const commands = fc.array(fc.array(word, { maxLength: 20 }), { minLength: 20, maxLength: 20 });
    // One bash reads many lines: to start it takes far longer.
    fc.assert(
      fc.property(commands, (given) => {
        const lines = given.map((words) => commandLineOf(words));
        for (const line of lines) expect(isPrintable(line)).toBe(true);
        const read = execFileSync("bash", ["--norc", "-s"], {
          input: `flashdeconv() { printf '%s\\0' "$#" "$@"; }\n${lines.join("\n")}\n`,
          env: { LC_ALL: "C.UTF-8" },
          encoding: "utf8",
        });
        expect(read).toBe(given.map((words) => [words.length, ...words, ""].join("\0")).join(""));
      }),
      { numRuns: 3 },
    );
  });

  it.each([
    ["https://ann:HUSH@h.org/a.zarr?sig=HUSH", "'https://h.org/a.zarr?...'"],
    ["https://h.org/a.zarr?X-Amz-Signature=HUSH\"' HUSH#HUSH", "'https://h.org/a.zarr?...'"],
    ["--reference=https://h.org/a.zarr?sig=HUSH", "'--reference=https://h.org/a.zarr?...'"],
    ["az://c/a.zarr?sv=1&sig=HUSH", "'az://c/a.zarr?...'"],
    ['{"table": "https://h.org/t?sig=HUSH HUSH", "k": 1}', '\'{"table": "https://h.org/t?...", "k": 1}\''],
    [" https://ann:HUSH@h.org/a.zarr?sig=HUSH", "' https://h.org/a.zarr?...'"],
    ["s3://lab/a.zarr", "s3://lab/a.zarr"],
    ["what?.zarr", "'what?.zarr'"],
  ])("holds nothing that shows who asks: %s", (given, kept) => {
    expect(commandLineOf(["run", given])).toBe(`flashdeconv run ${kept}`);
  });
});

it("every option of a run has a flag", () => {
  const names = Object.keys(DECONVOLVE_OPTIONS);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !OPTION_FLAGS[name]?.startsWith("--"))).toEqual([]);
});
