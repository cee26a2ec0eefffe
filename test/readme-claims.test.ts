import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

it("the README says which stages need more than core", () => {
  const stages = ["io-zarr", "normalize", "select-genes", "sketch", "graph", "solver", "simulate"];
  expect(readdirSync(new URL("packages", root))).toEqual(expect.arrayContaining(stages));
  const needs = (name: string) =>
    Object.keys(JSON.parse(read(`packages/${name}/package.json`)).dependencies ?? {})
      .filter((dependency) => dependency.startsWith("@flashdeconv/"))
      .map((dependency) => dependency.slice("@flashdeconv/".length))
      .sort();
  const withKernels = stages.filter((name) => needs(name).includes("kernels"));
  for (const name of stages.filter((stage) => stage !== "io-zarr"))
    expect(needs(name), name).toEqual(withKernels.includes(name) ? ["core", "kernels"] : ["core"]);
  expect(needs("io-zarr")).toEqual(["core", "stores"]);
  expect(read("README.md")).toContain("and `io-zarr` needs `@flashdeconv/stores`");
  const [, told = ""] =
    /Beside `@flashdeconv\/core`, ([^.]*) need `@flashdeconv\/kernels`/s.exec(read("README.md")) ?? [];
  expect([...told.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(withKernels);
});
