import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
// A path here makes the run leave its totals as JSON beside its usual output.
const report = process.env.TEST_REPORT;

// Tests read the packages' sources, so that a failing line is the line one edits; the built files are tried
// through the command line and by the packed-package test.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@flashdeconv\/([^/]+)$/, replacement: `${root}packages/$1/src/index.ts` },
      { find: "@flashdeconv/pipeline/internal", replacement: `${root}packages/pipeline/src/internal.ts` },
      {
        find: /^@flashdeconv\/pipeline\/(page-.+)$/,
        replacement: `${root}packages/pipeline/src/platform/web/$1.ts`,
      },
      {
        find: /^@flashdeconv\/pipeline\/(.+)$/,
        replacement: `${root}packages/pipeline/src/platform/node/$1.ts`,
      },
      { find: /^@flashdeconv\/([^/]+)\/(.+)$/, replacement: `${root}packages/$1/src/$2.ts` },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // None: how long a test takes says how busy the machine is. What must end at a time is told so by the test itself.
    testTimeout: 0,
    hookTimeout: 0,
    maxWorkers: 2,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
