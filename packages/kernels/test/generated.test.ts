import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
// @ts-expect-error a plain script
import { compileKernels } from "../compile.mjs";

it("the generated files are what their sources compile to", async () => {
  const files: Record<string, string> = await compileKernels();
  expect(Object.keys(files).length).toBeGreaterThan(0);
  for (const [path, text] of Object.entries(files)) {
    const isCurrent = readFileSync(path, "utf8") === text;
    expect(isCurrent, `${path}: run pnpm --filter @flashdeconv/kernels compile`).toBe(true);
  }
});
