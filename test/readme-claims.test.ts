import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

it("the README says what each stage needs", () => {
  const stages = ["io-zarr", "normalize", "select-genes", "sketch", "graph", "solver", "simulate"];
  expect(readdirSync(new URL("packages", root))).toEqual(expect.arrayContaining(stages));
  const needs = (name: string) =>
    Object.keys(JSON.parse(read(`packages/${name}/package.json`)).dependencies ?? {})
      .filter((dependency) => dependency.startsWith("@flashdeconv/"))
      .map((dependency) => dependency.slice("@flashdeconv/".length))
      .sort();
  for (const name of stages.filter((stage) => stage !== "io-zarr"))
    expect(needs(name), name).toEqual(["core"]);
  expect(needs("io-zarr")).toEqual(["core", "stores"]);
  expect(read("README.md")).toContain(
    "Each needs `@flashdeconv/core`, `io-zarr` also `@flashdeconv/stores`, and no other stage.",
  );
});
