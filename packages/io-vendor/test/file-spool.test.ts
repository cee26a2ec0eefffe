import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { collect } from "@flashdeconv/core";
import { afterAll, describe, expect, it } from "vitest";
import { ingestGem } from "../src/ingest/ingest-gem.js";
import type { PutAside } from "../src/ingest/spool.js";
import { countEntries, estimateLines } from "../src/node/count-entries.js";
import { fileSpool } from "../src/node/file-spool.js";
import { namesOf } from "./names-of.js";

const folder = mkdtempSync(join(tmpdir(), "flashdeconv-spool-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = Array.from({ length: 5000 }, (_, i) => `g${i % 7}\t${(i * 37) % 900}\t${(i * 91) % 700}\t1\n`);
const text = `geneID\tx\ty\tMIDCount\n${lines.join("")}`;

async function ingest(buckets: string, finished?: PutAside, isReadable = true) {
  let all: PutAside | undefined;
  const spool = await fileSpool(buckets, {
    finished,
    finish: async (found) => {
      all = JSON.parse(JSON.stringify(found));
    },
  });
  async function* read() {
    if (!isReadable) throw new Error("read again");
    yield new TextEncoder().encode(text);
  }
  const contents = await ingestGem({ path: "s.gem", read }, 10, { spool });
  if (!contents.X) throw new Error("no counts");
  const { spotNames, geneNames, X } = contents;
  return { all, names: await namesOf(spotNames), geneNames, counts: await collect(X) };
}

describe("buckets in files", () => {
  it("are taken up by a run after one that was killed, which then does not read the input", async () => {
    const buckets = join(folder, "whole");
    const { all, ...expected } = await ingest(buckets);
    writeFileSync(join(buckets, "bucket-999"), "of nobody");
    expect(await ingest(buckets, all, false)).toEqual({ all: undefined, ...expected });
    expect(readdirSync(buckets)).toHaveLength(all?.counts.length ?? 0);
  });

  it("that are not whole are made anew", async () => {
    const buckets = join(folder, "cut");
    const { all, ...expected } = await ingest(buckets);
    truncateSync(join(buckets, readdirSync(buckets)[0]), 12);
    await expect(ingest(buckets, all, false)).rejects.toThrow("read again");
    expect(await ingest(buckets, all)).toEqual({ all, ...expected });
  });
});

describe("how many entries there will be", () => {
  it("is estimated from the first lines, packed or not", async () => {
    for (const [name, bytes] of [
      ["a.gem", Buffer.from(text)],
      ["a.gem.gz", gzipSync(text)],
    ] as const) {
      writeFileSync(join(folder, name), bytes);
      expect(await estimateLines(join(folder, name))).toBeCloseTo(5001, -2);
    }
    writeFileSync(join(folder, "empty"), "");
    expect(await estimateLines(join(folder, "empty"))).toBe(0);
  });

  it("is what the header of a matrix says", async () => {
    writeFileSync(
      join(folder, "m.mtx"),
      "%%MatrixMarket matrix coordinate integer general\n%\n3 4 2\n1 1 1\n2 2 2\n",
    );
    expect(await countEntries(join(folder, "m.mtx"))).toBe(2);
  });
});
