import { OptionError } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { buildNormalization, type NormalizationOptions, resolveNormalizationOptions } from "../src/index.js";

describe("resolveNormalizationOptions", () => {
  it("fills in the defaults", () => {
    expect(resolveNormalizationOptions()).toEqual({ preprocess: "log-cpm", targetSum: 1e4, logBase: "e" });
    expect(resolveNormalizationOptions({ logBase: 2, targetSum: undefined })).toEqual({
      preprocess: "log-cpm",
      targetSum: 1e4,
      logBase: 2,
    });
  });

  it.each([
    ["preprocess", { preprocess: "log" }],
    ["targetSum", { targetSum: 0 }],
    ["targetSum", { targetSum: Number.NaN }],
    ["targetSum", { targetSum: Number.POSITIVE_INFINITY }],
    ["targetSum", { targetSum: "1e4" }],
    ["logBase", { logBase: 10 }],
    ["logBase", { logBase: "2" }],
  ])("refuses a bad %s: %j", (option, options) => {
    const resolve = () => resolveNormalizationOptions(options as Partial<NormalizationOptions>);
    expect(resolve).toThrow(OptionError);
    expect(resolve).toThrow(`option ${option}`);
  });

  it("gives what buildNormalization builds from", () => {
    expect(buildNormalization(resolveNormalizationOptions())).toEqual({
      kind: "log-cpm",
      targetSum: 1e4,
      logBase: "e",
    });
    expect(buildNormalization(resolveNormalizationOptions({ preprocess: "raw" }))).toEqual({ kind: "raw" });
  });
});
