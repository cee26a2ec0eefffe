import { expect, it } from "vitest";
import * as api from "../src/index.js";
import * as node from "../src/node.js";

it("exports what is meant to be public, and nothing else", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "LEDGER_BYTES",
      "MOST_BYTES",
      "MOST_DOCUMENT_BYTES",
      "MOST_TABLE_BYTES",
      "memoryStore",
      "openLocation",
      "readBounded",
      "readKey",
      "redactUrl",
      "registerOpeners",
      "transferLedger",
      "webOpeners",
      "zipStore",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "acquireLock",
      "asStoreError",
      "cleanUpAfterThread",
      "createStore",
      "editStore",
      "isRemote",
      "localPath",
      "makeOwnFolder",
      "nodeOpeners",
      "readObject",
      "sameOrInside",
    ]
  `);
});
