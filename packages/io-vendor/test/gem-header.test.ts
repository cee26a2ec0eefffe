import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findInput } from "@flashdeconv/io-vendor/node";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gem-header-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function find(text: string) {
  const path = join(folder, "a.gem");
  await writeFile(path, text);
  return findInput(path);
}

it("a .gem file without the columns of one is refused with the header that it has", async () => {
  await expect(find("#FileFormat=GEMv0.1\ngeneID,x,y,MIDCount\nA,1,2,3\n")).rejects.toMatchObject({
    tag: "FormatError",
    found: 'the header "geneID,x,y,MIDCount"',
  });
  await expect(find("")).rejects.toMatchObject({ tag: "FormatError", found: "no line" });
  expect((await find("geneID\tx\ty\tMIDCount\nA\t1\t2\t3\n")).called).toMatch(/^Stereo-seq/);
});
