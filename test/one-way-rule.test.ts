import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findBreaches, type Manifest, type PackageFacts } from "./house-rules.js";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("the one-way rule", () => {
  it("is kept by every package and the command line", () => {
    const packages = readWorkspace();
    expect(packages.map((facts) => facts.folder)).toContain("packages/core");
    expect(packages.every((facts) => Object.keys(facts.sources).length > 0)).toBe(true);
    expect(findBreaches(packages)).toEqual([]);
  });
});

describe("the checker of the one-way rule", () => {
  const core = facts("packages/core", { name: "@flashdeconv/core", exports: { ".": "", "./testing": "" } });
  const kernels = facts("packages/kernels", {
    name: "@flashdeconv/kernels",
    private: true,
    exports: { ".": "" },
  });
  const breachesOf = (name: string, text: string, more: Partial<Manifest> = {}, path = "src/index.ts") => {
    const folder = name === "flashdeconv" ? "apps/cli" : name.replace("@flashdeconv/", "packages/");
    const dependencies: Record<string, string> = {};
    if (name !== "@flashdeconv/core") dependencies["@flashdeconv/core"] = "workspace:*";
    return findBreaches([core, kernels, facts(folder, { name, dependencies, ...more }, { [path]: text })]);
  };

  it("accepts what the rule allows", () => {
    expect(breachesOf("@flashdeconv/graph", 'import { collect } from "@flashdeconv/core";')).toEqual([]);
    expect(
      breachesOf("@flashdeconv/graph", 'import { checkSource } from "@flashdeconv/core/testing";'),
    ).toEqual([]);
    expect(breachesOf("@flashdeconv/graph", 'import { a } from "../a.js";', {}, "src/knn/b.ts")).toEqual([]);
    expect(breachesOf("@flashdeconv/graph", 'import own from "../package.json";')).toEqual([]);
    expect(breachesOf("@flashdeconv/io-zarr", 'import "node:fs";', {}, "src/node.ts")).toEqual([]);
    expect(breachesOf("@flashdeconv/io-zarr", 'import "node:fs";', {}, "src/node/open-store.ts")).toEqual([]);
    expect(breachesOf("flashdeconv", 'import "node:fs"; console.log(process.argv);')).toEqual([]);
    const bundled = { devDependencies: { "@flashdeconv/kernels": "workspace:*" } };
    expect(breachesOf("@flashdeconv/sketch", 'import "@flashdeconv/kernels";', bundled)).toEqual([]);
    expect(
      breachesOf("@flashdeconv/graph", "/** console.log(1) */ export const text = 'process.env';"),
    ).toEqual([]);
  });

  it.each([
    [
      "a stage that imports a stage",
      "@flashdeconv/graph",
      'import "@flashdeconv/solver";',
      "must not import",
    ],
    ["core that imports a stage", "@flashdeconv/core", 'import "@flashdeconv/graph";', "must not import"],
    [
      "a stage that imports the pipeline",
      "@flashdeconv/solver",
      'export * from "@flashdeconv/pipeline";',
      "must not import",
    ],
    [
      "a type imported upwards",
      "@flashdeconv/graph",
      'import type { S } from "@flashdeconv/solver";',
      "must not import",
    ],
    [
      "a type named upwards in place",
      "@flashdeconv/graph",
      'let a: import("@flashdeconv/solver").S;',
      "must not import",
    ],
    [
      "a dynamic import upwards",
      "@flashdeconv/graph",
      'await import("@flashdeconv/pipeline");',
      "must not import",
    ],
    ["an undeclared dependency", "@flashdeconv/select-genes", 'import "ml-matrix";', "not declared"],
    ["a closed door", "@flashdeconv/graph", 'import "@flashdeconv/core/src/collect.js";', "has no entry"],
    ["its own name", "@flashdeconv/graph", 'import "@flashdeconv/graph";', "own package"],
    [
      "a Node module in a stage",
      "@flashdeconv/graph",
      'import { readFile } from "node:fs/promises";',
      "Node alone",
    ],
    ["a Node module without its prefix", "@flashdeconv/graph", 'import fs from "fs/promises";', "Node alone"],
    ["a Node module beside io-zarr/node", "@flashdeconv/io-zarr", 'import "node:fs";', "Node alone"],
    [
      "a path out of the package",
      "@flashdeconv/graph",
      'import "../../core/src/collect.js";',
      "leaves the package",
    ],
    ["another package.json", "@flashdeconv/graph", 'import "../../core/package.json";', "leaves the package"],
    ["a path out of src", "@flashdeconv/graph", 'import "../test/naive.js";', "leaves the package"],
    ["a stage that prints", "@flashdeconv/graph", 'console.log("done");', "the global console"],
    ["a stage that reads the environment", "@flashdeconv/graph", "process.env.HOME;", "the global process"],
  ])("finds %s", (_, name, text, breach) => {
    const found = breachesOf(name, text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(breach);
  });

  it.each([
    ["a stage on a stage", "@flashdeconv/graph", { dependencies: { "@flashdeconv/solver": "workspace:*" } }],
    [
      "a stage on a stage for its tests",
      "@flashdeconv/graph",
      { devDependencies: { "@flashdeconv/io-zarr": "workspace:*" } },
    ],
    [
      "the pipeline on the command line",
      "@flashdeconv/pipeline",
      { dependencies: { flashdeconv: "workspace:*" } },
    ],
    [
      "a stage on a private package that is not bundled",
      "@flashdeconv/sketch",
      { dependencies: { "@flashdeconv/kernels": "workspace:*" } },
    ],
    ["a stage on a stranger", "@flashdeconv/graph", { dependencies: { kdbush: "4.0.2" } }],
    ["a package without a floor", "@flashdeconv/utils", {}],
  ])("finds %s in a package.json", (_, name, manifest) => {
    expect(breachesOf(name, "", manifest)).toHaveLength(1);
  });
});

function facts(folder: string, manifest: Manifest, sources: Record<string, string> = {}): PackageFacts {
  return { folder, manifest, sources };
}

function readWorkspace(): PackageFacts[] {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return folders.map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const paths = readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" });
    const sources = paths
      .filter((path) => path.endsWith(".ts"))
      .map((path) => [`src/${path}`, readFileSync(join(root, folder, "src", path), "utf8")]);
    return { folder, manifest, sources: Object.fromEntries(sources) };
  });
}
