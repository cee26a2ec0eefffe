import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A fenced block of a Markdown file. `line` is that of its first line of code, counted from 1. */
export interface MarkdownBlock {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  /** Words after the language, for instance `no-run`. */
  readonly flags: readonly string[];
  readonly code: string;
}

/** The documents whose examples are promises: paths from the root. */
export function documents(): string[] {
  const guides = globSync(["docs/**/*.md", "packages/*/README.md"], { cwd: root }).sort();
  return ["README.md", "CONTRIBUTING.md", ...guides, "apps/cli/README.md", "benchmarks/README.md"].filter(
    (file) => existsSync(root + file),
  );
}

export function blocksOf(file: string): MarkdownBlock[] {
  return parseBlocks(file, readFileSync(root + file, "utf8"));
}

/** The examples at the top of the packages' entry files: what follows `@example` in the first comment. */
export function barrelExamples(): MarkdownBlock[] {
  const files = globSync("packages/*/src/{index,node,options,testing,arrow}.ts", { cwd: root }).sort();
  return files.flatMap((file) => {
    const lines = readFileSync(root + file, "utf8").split("\n");
    const start = lines.indexOf(" * @example") + 1;
    if (start === 0) return [];
    const end = lines.indexOf(" */");
    const code = lines.slice(start, end).map((line) => line.replace(/^ \* ?/, ""));
    return [{ file, line: start + 1, language: "ts", flags: [], code: code.join("\n") }];
  });
}

export function parseBlocks(file: string, text: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let open: { line: number; info: string[]; fence: string; code: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (open && fence?.[1] === open.fence && fence[2].trim() === "") {
      const [language = "", ...flags] = open.info;
      blocks.push({ file, line: open.line, language, flags, code: open.code.join("\n") });
      open = undefined;
    } else if (open) {
      open.code.push(line);
    } else if (fence) {
      open = { line: index + 2, info: fence[2].trim().split(/\s+/), fence: fence[1], code: [] };
    }
  }
  if (open) throw new Error(`${file}:${open.line}: the code block is not closed`);
  return blocks;
}
