import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  entry: ["src/index.ts", "src/options.ts", "src/testing.ts", "src/arrow.ts"],
});
