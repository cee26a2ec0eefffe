import type { Options } from "tsup";

/** What every package's build shares: ES modules with declarations, for Node 20 and browsers of the same age. */
export const base: Options = {
  entry: ["src/index.ts"],
  format: ["esm"],
  target: "es2022",
  dts: true,
  clean: true,
  sourcemap: true,
  treeshake: true,
};
