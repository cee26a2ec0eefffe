import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as kernels from "../packages/kernels/src/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

const ROW = /^\| `(\w+)` \|[^|]*\| `([^`]+)` \| `([^`]+)` \|$/gm;
/** The table of the kernels' README. */
const pairs = [...read("packages/kernels/README.md").matchAll(ROW)].map(([, kernel, twin, cases]) => ({
  kernel,
  twin,
  cases,
}));

describe("every kernel has a twin, and one table of cases for both", () => {
  it("none is missing", () => {
    const made = Object.keys(kernels).filter((name) => name.endsWith("Kernel") && name !== "chooseKernel");
    expect(made.length).toBeGreaterThan(0);
    expect([...new Set(pairs.map(({ kernel }) => kernel))].sort()).toEqual(made.sort());
  });

  it.each(pairs)("$kernel and $twin", ({ kernel, twin, cases }) => {
    const folder = twin.slice(0, twin.indexOf("/src/"));
    expect(existsSync(`${root}${twin}`)).toBe(true);
    // The stage that the twin serves chooses between the two.
    const sources = readdirSync(`${root}${folder}/src`, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts"),
    );
    const texts = sources.map((name) => read(`${folder}/src/${name}`));
    expect(texts.filter((text) => text.includes("chooseKernel(") && text.includes(kernel))).toHaveLength(1);
    expect(cases.startsWith(`${folder}/test/`)).toBe(true);
    expect(read(cases)).toMatch(/\bbothWays\(/);
  });
});
