import { FormatError, OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { describe, expect, it } from "vitest";
import { inFlags, inTermsOfFlags, namedInFlags } from "../src/options/option-flags.js";

describe("options that a message names by id are told as flags", () => {
  it.each([
    [optionName("maxSweeps"), "--max-sweeps"],
    [optionName("overwrite"), "--overwrite"],
    [optionName("workers", 1), "--workers 1"],
    [optionName("geneKey", "symbol"), "--gene-key symbol"],
    [optionName("layer", "my layer"), "--layer 'my layer'"],
    [optionName("layer", "a } b"), "--layer 'a } b'"],
    [`${optionName("method", "weighted")} ${optionName("seed", 3)}`, "--method weighted --seed 3"],
    [optionName("mergeTypes", { "it's": ["{ a }", "b"] }), `--merge-types '{"it'\\''s":["{ a }","b"]}'`],
  ])("%s", (named, flag) => {
    expect(namedInFlags(`Try ${named}, or not.`)).toBe(`Try ${flag}, or not.`);
  });

  it("whatever else a message holds stays as it is", () => {
    const text = 'gene `x1`, column maxSweeps, { odd: 3 }, { layer: "open';
    expect(namedInFlags(text)).toBe(text);
    expect(inFlags("maxSweeps of odd")).toBe("--max-sweeps of odd");
  });

  it("errors of every kind are told so", () => {
    const parts = { path: "a.zarr", found: "b", expected: "c" };
    const { message, remedy } = inTermsOfFlags(
      new FormatError({ ...parts, remedy: `Allow more (${optionName("maxMemory")}).` }),
    );
    expect(remedy).toBe("Allow more (--max-memory).");
    expect(message).toBe("a.zarr: found b, expected c. Allow more (--max-memory).");
    const option = inTermsOfFlags(new OptionError({ option: "sketchDimension", value: 0, rule: "positive" }));
    expect(option.message).toMatch(/^option --sketch-dim: /);
    expect(option.remedy).toBe("Give --sketch-dim such a value, or leave it out for the default.");
    const required = new OptionError({ option: "sketchDimension", value: 0, rule: "1", isRequired: true });
    expect(inTermsOfFlags(required).remedy).toBe("Give --sketch-dim such a value.");
  });
});
