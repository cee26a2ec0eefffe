import { expect, it } from "vitest";
import { optionsPage } from "./option-docs.js";

// Where this fails the schema and the page differ: run with -u to write it anew, and look at what changed.

it("docs/options.md says what the schema says", async () => {
  await expect(optionsPage()).toMatchFileSnapshot("../docs/options.md");
});
