import { describe, expect, it } from "vitest";
import { percent } from "../src/number-words.js";

describe("percent", () => {
  it.each([
    [0, "0 %"],
    [0.0045, "0.45 %"],
    [0.045, "4.5 %"],
    [0.45, "45 %"],
    [898 / 900, "99.77 %"],
    [0.99999, "99.99 %"],
    [1 - 1e-7, "100 %"],
    [1, "100 %"],
    [1.2, "120 %"],
    [Number.NaN, "–"],
  ])("of %s is %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });
});
