import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

it("engines are checked against the Node that runs the scripts, so that an install on Node 20 warns of nothing", () => {
  const [, checked] = /^nodeVersion: (.+)$/m.exec(read("pnpm-workspace.yaml")) ?? [];
  expect(checked).toBe(JSON.parse(read("package.json")).devDependencies.node);
});
