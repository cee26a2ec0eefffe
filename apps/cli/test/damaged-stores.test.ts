import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { damageStore } from "./damaged/damage-store.js";
import { tryStores } from "./damaged/try-stores.js";
import { temporaryFolder } from "./run-cli.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const built = join(root, "apps/cli/dist/main.js");

/**
 * Stores that once did not end as they should: members of zips and chunks that filled the memory, a name that is not text, a
 * separator that is none, links that lead back.
 */
const ONCE_WRONG: readonly number[] = [
  571, 623, 832, 1210, 674, 837, 1128, 1311, 2816, 2927, 357, 471, 808, 355, 768,
];
/** Some thousand seeds are tried by benchmarks/fuzz.mjs. */
const SEEDS = [...Array.from({ length: 48 }, (_, seed) => seed), ...ONCE_WRONG];

/** Fewer: what is damaged is found by the same code, wherever the bytes come from. */
const FAR_SEEDS = [...Array.from({ length: 12 }, (_, seed) => seed), ...ONCE_WRONG.slice(0, 8)];

describe.skipIf(!existsSync(built))("damaged stores (skipped where the command line is not built)", () => {
  it("end in a tagged error or in the right result, in time and within the memory given", async () => {
    const { verdicts } = await tryStores(root, SEEDS);
    expect(verdicts.filter(({ outcome }) => outcome === "wrong")).toEqual([]);
    const count = (wanted: string) => verdicts.filter(({ outcome }) => outcome === wanted).length;
    expect(verdicts).toHaveLength(SEEDS.length);
    expect(count("refused")).toBeGreaterThan(SEEDS.length / 3);
    expect(count("same")).toBeGreaterThan(10);
    expect(count("changed")).toBeGreaterThan(0);
  });

  it("end so behind a URL as well", async () => {
    const { verdicts } = await tryStores(root, FAR_SEEDS, { isFar: true });
    expect(verdicts.filter(({ outcome }) => outcome === "wrong")).toEqual([]);
    expect(verdicts).toHaveLength(FAR_SEEDS.length);
    const count = (wanted: string) => verdicts.filter(({ outcome }) => outcome === wanted).length;
    expect(count("refused")).toBeGreaterThan(FAR_SEEDS.length / 3);
    expect(count("same")).toBeGreaterThan(2);
  });

  it.each([
    ["hangs", "for (;;);", /ended by SIGKILL/],
    ["ends in a fault of the program", "return 1;", /exit code 1/],
    [
      "shows where in its code it was",
      'env.stderr.write("Error\\n    at f (file.js:1:2)\\n"); return 2;',
      /at f \(file/,
    ],
    ["says nothing", "return 2;", /nothing said/],
    [
      "fails where no one sees it",
      'Promise.reject(new Error("lost")); return 0;',
      /not handled: Error: lost/,
    ],
    ["takes too much memory", "keep.push(Buffer.alloc(4e8, 1)); return 0;", /MiB of memory/],
  ])("are judged by a judge who sees a run that %s", async (name, body, detail) => {
    const main = join(await temporaryFolder(), "main.mjs");
    const source = `import { main as real } from ${JSON.stringify(pathToFileURL(built).href)};
      const keep = [];
      export async function main(args, env) {
        if (args[0] !== "inspect") return real(args, env);
        ${body}
      }`;
    writeFileSync(main, source);
    const { verdicts } = await tryStores(root, [3], {
      main,
      // Only one that hangs is to be ended early; a busy machine is no fault.
      mostMilliseconds: name === "hangs" ? 4000 : 60_000,
      mostBytes: 380 * 2 ** 20,
    });
    expect(verdicts).toEqual([
      expect.objectContaining({ seed: 3, outcome: "wrong", detail: expect.stringMatching(detail) }),
    ]);
  });
});

it("a seed names one damaged store", () => {
  for (const seed of [1, 16, 28]) expect(damageStore(seed)).toEqual(damageStore(seed));
  expect(new Set(Array.from({ length: 60 }, (_, seed) => damageStore(seed).damage)).size).toBeGreaterThan(55);
});
