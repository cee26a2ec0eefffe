import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  findCircles,
  findClimbs,
  findFlags,
  findLongSignatures,
  findPlurals,
  type Sources,
} from "./inner-rules.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["packages", "apps"].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);
/** Made, not written. */
const GENERATED = /(^|\/)generated\//;

function sourcesOf(folder: string): Sources {
  const src = join(root, folder, "src");
  const paths = readdirSync(src, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    paths
      .filter((path) => path.endsWith(".ts") && !GENERATED.test(path))
      .map((path) => [path.replaceAll("\\", "/"), readFileSync(join(src, path), "utf8")]),
  );
}

describe.each(folders)("within %s", (folder) => {
  const sources = sourcesOf(folder);

  it("no files import each other in a circle", () => {
    expect(Object.keys(sources).length).toBeGreaterThan(0);
    expect(findCircles(sources)).toEqual([]);
  });

  it("no function takes more than four parameters", () => {
    expect(findLongSignatures(sources)).toEqual([]);
  });
});

it.each(folders.filter((folder) => folder.startsWith("packages/")))(
  "no text of %s names a flag, but for the table of them",
  (folder) => {
    const { "words/option-flags.ts": table, ...sources } = sourcesOf(folder);
    expect(findFlags(sources)).toEqual([]);
    expect(table !== undefined).toBe(folder === "packages/results");
  },
);

it.each(folders)("%s writes no count before a plural by hand", (folder) => {
  expect(findPlurals(sourcesOf(folder))).toEqual([]);
});

it.each(folders)("no test of %s ends by a time, which says how busy the machine is", (folder) => {
  const test = join(root, folder, "test");
  const timed = (existsSync(test) ? readdirSync(test, { recursive: true, encoding: "utf8" }) : [])
    .filter((path) => path.endsWith(".test.ts"))
    .filter((path) =>
      /\n\s*\},\s*[\d_]{4,},?\s*\);|\btimeout: [1-9]/.test(readFileSync(join(test, path), "utf8")),
    );
  expect(timed).toEqual([]);
});

it.each([...folders.map((folder) => `${folder}/test`), "test"])("nothing in %s waits for ever", (folder) => {
  const test = join(root, folder);
  const endless = (existsSync(test) ? readdirSync(test, { recursive: true, encoding: "utf8" }) : [])
    .filter((path) => path.endsWith(".ts"))
    .filter((path) => /\b\w*[tT]imeout(?:: |\()0\b/.test(readFileSync(join(test, path), "utf8")));
  expect(endless).toEqual([]);
});

it("the layers of the pipeline open upwards only", () => {
  const layers = ["contracts", "runtime", "stages", "tuning", "methods"];
  const sources = sourcesOf("packages/pipeline");
  for (const layer of layers)
    expect(Object.keys(sources).some((file) => file.startsWith(`${layer}/`))).toBe(true);
  expect(findClimbs(sources, layers)).toEqual([]);
});

describe("the checkers", () => {
  it("find a circle, types included, and not two paths to one file", () => {
    const circle = {
      "a.ts": 'import { b } from "./c/b.js";',
      "c/b.ts": 'import type { A } from "../a.js";',
    };
    expect(findCircles(circle)).toEqual(["a.ts -> c/b.ts -> a.ts"]);
    const diamond = {
      "a.ts": 'import "./b.js"; import "./c.js";',
      "b.ts": 'export * from "./c.js";',
      "c.ts": "",
    };
    expect(findCircles(diamond)).toEqual([]);
  });

  it("find an import from a layer above", () => {
    const sources = {
      "low/a.ts": 'import type { B } from "../high/b.js";',
      "high/b.ts": 'import "../top.js";',
      "top.ts": "",
    };
    expect(findClimbs(sources, ["low", "high"])).toEqual([
      "low/a.ts must not import high/b.ts",
      "high/b.ts must not import top.ts",
    ]);
    expect(findClimbs({ "high/b.ts": 'import "../low/a.js";', "low/a.ts": "" }, ["low", "high"])).toEqual([]);
  });

  it("find flags in strings and templates, and none in code or comments", () => {
    const sources = {
      "a.ts": `/* --out */ const a = "try --out"; const b = \`\${a} more (--max-memory)\`; let i = 3; a[--i]; "a--b";`,
    };
    expect(findFlags(sources)).toEqual(["a.ts: try --out", "a.ts:  more (--max-memory)"]);
  });

  it("find counts before a plural, and no constants or calls of numbered", () => {
    const sources = {
      "a.ts": `const a = \`\${n} spots\`, b = \`\${n} selected genes,\`, c = \`\${MOST} bytes\`, d = \`\${numbered(n, "x")} of rows\`;`,
    };
    expect(findPlurals(sources)).toEqual(["a.ts: n spots", "a.ts: n selected genes,"]);
  });

  it("find functions, methods, constructors and arrows of five parameters, but no types of functions", () => {
    const sources = {
      "a.ts": `function f(a, b, c, d, e) {} const g = (a, b, c, d, e) => 1;
        class C { constructor(a, b, c, d, e) {} m(a, b, c, d) {} }
        type T = (a: 1, b: 1, c: 1, d: 1, e: 1) => void;`,
    };
    expect(findLongSignatures(sources)).toEqual(["a.ts: f takes 5", "a.ts: g takes 5", "a.ts: C takes 5"]);
  });
});
