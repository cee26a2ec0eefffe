import type { Options } from "tsup";

/** Private packages: they go into those that use them, and a reader of the built files meets no name that cannot be fetched. */
const BUNDLED = ["@flashdeconv/kernels"];

/** What every package's build shares: ES modules with declarations, for Node 20 and browsers of the same age. */
export const base: Options = {
  entry: ["src/index.ts"],
  format: ["esm"],
  target: "es2022",
  dts: { resolve: BUNDLED },
  noExternal: BUNDLED,
  clean: true,
  sourcemap: true,
  treeshake: true,
};
