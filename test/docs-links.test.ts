import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { documents } from "./markdown-blocks.js";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("links in the documents", () => {
  it.each(documents())("of %s lead to files that exist", (file) => {
    expect(brokenLinks(file, readFileSync(root + file, "utf8"))).toEqual([]);
  });

  it("that lead nowhere are found", () => {
    const text = "[a](README.md) [b](docs/nowhere.md#part) [c](https://example.org) [d](#here)";
    expect(brokenLinks("README.md", text)).toEqual(["docs/nowhere.md#part"]);
  });
});

/** Links to files, counted from the document's folder, that are not there. */
function brokenLinks(file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1])
    .filter((link) => !/^(https?:|#)/.test(link))
    .filter((link) => !existsSync(join(root, dirname(file), link.split("#")[0])));
}
