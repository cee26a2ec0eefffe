import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  entry: {
    index: "src/index.ts",
    internal: "src/internal.ts",
    "arrays-internal": "src/arrays/internal.ts",
    node: "src/node.ts",
  },
});
