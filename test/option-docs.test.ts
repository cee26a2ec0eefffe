import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { optionsPage, readmeTable } from "./option-docs.js";

// Where these fail the schema and the documents differ: run with -u to write them anew, and look at what changed.

it("docs/options.md says what the schema says", async () => {
  await expect(optionsPage()).toMatchFileSnapshot("../docs/options.md");
});

it("so does the table in the README of the command line", async () => {
  const path = fileURLToPath(new URL("../apps/cli/README.md", import.meta.url));
  const marked = /(<!-- options: .*-->\n\n)[\s\S]*?\n(<!-- end of options -->)/;
  const readme = readFileSync(path, "utf8");
  expect(readme).toMatch(marked);
  const written = readme.replace(marked, (_, start, end) => `${start}${readmeTable()}\n${end}`);
  await expect(written).toMatchFileSnapshot(path);
});
