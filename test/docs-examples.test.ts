import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeExampleStores } from "./example-stores.js";
import { barrelExamples, blocksOf, documents, type MarkdownBlock, parseBlocks } from "./markdown-blocks.js";

// Every ```ts block of the documents, and the example on top of each package's entry file, is type-checked and run as a
// module of its own, in a folder that holds two small stores; `no-run` leaves out the running. Where a line prints and ends in a comment, `console.log(x); // text`, it must print that text.

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}test/.examples/`;
const stores = `${folder}stores`;
const blocks = [...documents().flatMap(blocksOf), ...barrelExamples()].filter(
  (block) => block.language === "ts",
);

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const block of blocks) writeFileSync(pathOf(block), withChecks(block.code));
  mkdirSync(stores);
  await writeExampleStores(stores);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("examples in the documents", () => {
  it("have the types they claim", () => {
    expect(typeErrors(blocks.map(pathOf))).toEqual([]);
  });

  it.each(blocks.filter((block) => !block.flags.includes("no-run")))("$file:$line runs", async (block) => {
    await run(pathOf(block));
  });
});

describe("the check of examples", () => {
  const tryOut = async (code: string) => {
    const path = `${folder}try-${Math.random().toString(36).slice(2)}.ts`;
    writeFileSync(path, withChecks(code));
    await run(path);
  };

  it("takes an output that its comment tells", async () => {
    await tryOut('console.log(Float64Array.of(1, 2.5), "a", [3]); // 1, 2.5 a 3');
    await tryOut("console.log([1 / 3, 1 / 6]); // 0.33..., 0.16...");
    await tryOut("console.log(6); // 6: one for each");
    await tryOut("console.log({ a: 1 / 3 }); // { a: 0.33... } (a third)");
    await tryOut("for (const a of [1, 2]) console.log(a);");
  });

  it("finds an output that its comment does not tell", async () => {
    await expect(tryOut("console.log(1 + 1); // 3")).rejects.toThrow('printed "2", the comment says "3"');
    await expect(tryOut("console.log(1 / 3); // 0.34...")).rejects.toThrow("the comment says");
    await expect(tryOut("console.log(6); // 61")).rejects.toThrow("the comment says");
  });

  it("finds an example that throws", async () => {
    await expect(tryOut('throw new Error("no such thing");')).rejects.toThrow("no such thing");
  });

  it("finds a wrong type", () => {
    const path = `${folder}wrong-type.ts`;
    writeFileSync(path, 'export const count: number = "one";\n');
    expect(typeErrors([path])).toEqual([expect.stringContaining("not assignable to type 'number'")]);
  });

  it("finds blocks, with their flags and lines", () => {
    const text = ["# Title", "```ts no-run", "const a = 1;", "```", "````md", "```ts", "```", "````"].join(
      "\n",
    );
    expect(parseBlocks("a.md", text)).toEqual([
      { file: "a.md", line: 3, language: "ts", flags: ["no-run"], code: "const a = 1;" },
      { file: "a.md", line: 6, language: "md", flags: [], code: "```ts\n```" },
    ]);
    expect(() => parseBlocks("a.md", "```ts\n")).toThrow("not closed");
  });
});

function pathOf({ file, line }: MarkdownBlock): string {
  return `${folder}${file.replace(/[^a-z-]+/gi, "-")}-${line}.ts`;
}

/** Puts a check after every line that prints and says what. `export {}` makes a module of any block. */
function withChecks(code: string): string {
  const checked = code.replace(
    /^(\s*console\.log\(.*\);) *\/\/ (.+)$/gm,
    (_, call: string, said: string) => `${call} (globalThis as any).printed(${JSON.stringify(said)});`,
  );
  return `${checked}\nexport {};\n`;
}

async function run(path: string): Promise<void> {
  let last = "";
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    last = values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ");
  });
  vi.stubGlobal("printed", (said: string) => {
    if (!tells(plain(said), plain(last))) {
      throw new Error(
        `printed ${JSON.stringify(plain(last))}, the comment says ${JSON.stringify(plain(said))}`,
      );
    }
  });
  const home = process.cwd();
  const workplace = mkdtempSync(`${tmpdir()}/flashdeconv-example-`);
  cpSync(stores, workplace, { recursive: true });
  process.chdir(workplace);
  try {
    await import(/* @vite-ignore */ pathToFileURL(path).href);
  } finally {
    process.chdir(home);
    rmSync(workplace, { recursive: true });
    log.mockRestore();
    vi.unstubAllGlobals();
  }
}

/** Whether a comment tells the output; `...` stands for any text, and `: remark`, `; remark` or ` (remark)` may follow. */
function tells(said: string, output: string): boolean {
  const remarks = [...said.matchAll(/: |; | \(/g)].map((remark) => said.slice(0, remark.index));
  return [said, ...remarks].some((text) => {
    const parts = text.split("...").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(output);
  });
}

/** Output without what a reader does not miss: names of array types, brackets, quotes, doubled spaces. */
function plain(text: string): string {
  return text
    .replace(/\b\w+Array\(\d+\)/g, "")
    .replace(/[[\]'"]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function typeErrors(paths: readonly string[]): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(paths, { ...options, noUnusedLocals: false });
  return paths
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(
      (problem) => `${problem.file?.fileName}: ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`,
    );
}
