import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these names and no other", () => {
  expect(Object.keys(api).sort()).toEqual([
    "SKETCH_OPTIONS",
    "buildSketch",
    "buildStatistics",
    "buildSummarizer",
    "legacyRandom",
    "resolveSketchOptions",
    "sketchChunk",
    "sketchSignature",
    "sketched",
    "summarizeChunk",
    "summarized",
  ]);
});
