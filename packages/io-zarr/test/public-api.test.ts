import { expect, it } from "vitest";
import * as api from "../src/index.js";
import * as node from "../src/node.js";

it("exports what is meant to be public, and nothing else", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "ELEMENTS_RECORD",
      "OPEN_DEFAULTS",
      "WRITE_DEFAULTS",
      "WRITTEN_AS",
      "ZARR",
      "addTable",
      "addToAnnData",
      "checkPlace",
      "describeCandidates",
      "foreignPart",
      "inspectStore",
      "layerOf",
      "openArrays",
      "openMatrices",
      "openReference",
      "openSpatial",
      "readColumn",
      "readDataframe",
      "readObsm",
      "readRowNames",
      "readSignatureCsv",
      "resolveWriteOptions",
      "safeNames",
      "writeAnnData",
      "writeArrays",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "createStore",
      "editStore",
      "openStore",
      "registerNodeOpeners",
    ]
  `);
});
