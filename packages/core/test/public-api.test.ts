import { expect, it } from "vitest";
import * as arrow from "../src/arrow.js";
import * as api from "../src/index.js";
import * as options from "../src/options.js";
import * as testing from "../src/testing.js";

it("exports what it promises and nothing else", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "CoordinateError",
      "CountError",
      "FlashdeconvError",
      "FormatError",
      "GeneMismatchError",
      "MemoryPlanError",
      "ORDERED_SUM_BLOCK",
      "OptionError",
      "ShapeError",
      "SolverError",
      "StoreError",
      "WorkerError",
      "breather",
      "buildCountLogs",
      "buildOrderedSum",
      "collect",
      "compareCodePoints",
      "concatChunks",
      "fillCountLogs",
      "finishOrderedSum",
      "freeArray",
      "freeChunk",
      "generatedSource",
      "inlineExecutor",
      "isFlashdeconvError",
      "isShared",
      "mapChunks",
      "memorySource",
      "mergeOrderedSum",
      "numbered",
      "optionName",
      "orderedSumAt",
      "packError",
      "prefetch",
      "rechunk",
      "resolveSpotRange",
      "shortList",
      "sliceChunk",
      "unpackError",
    ]
  `);
  expect(Object.keys(arrow).sort()).toMatchInlineSnapshot(`
    [
      "csrFromRecordBatch",
      "csrToRecordBatch",
    ]
  `);
  expect(Object.keys(options).sort()).toMatchInlineSnapshot(`
    [
      "anObject",
      "checkOption",
      "checkedOptions",
      "defaultsOf",
      "number",
      "oneOf",
      "optionSchema",
      "optional",
      "wholeNumber",
      "wordsOr",
      "yesOrNo",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "checkSource",
    ]
  `);
});
