import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these names and no other", () => {
  expect(Object.keys(api).sort()).toEqual([
    "NORMALIZATION_OPTIONS",
    "addCountCheck",
    "buildCountCheck",
    "buildCountChecker",
    "buildNormalization",
    "describeCounts",
    "finishCountCheck",
    "librarySizes",
    "logCpmInPlace",
    "mergeCountCheck",
    "normalizeInPlace",
    "normalizeSignature",
    "normalized",
    "pearsonInPlace",
    "pearsonScale",
    "resolveNormalizationOptions",
  ]);
});
