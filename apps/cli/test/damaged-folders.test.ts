import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { tryStores } from "./damaged/try-stores.js";
import { damageFolder } from "./vendor/damage-folder.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const built = join(root, "apps/cli/dist/main.js");

/** Two thousand are tried by benchmarks/fuzz.mjs --vendors. */
const SEEDS = Array.from({ length: 36 }, (_, seed) => seed);

describe.skipIf(!existsSync(built))(
  "damaged folders of vendors (skipped where the command line is not built)",
  () => {
    it("end in a tagged error that names a file, or in the right result, and leave nothing", async () => {
      const { verdicts } = await tryStores(root, SEEDS, { isVendors: true, mostMilliseconds: 60_000 });
      expect(verdicts.filter(({ outcome }) => outcome === "wrong")).toEqual([]);
      const count = (wanted: string) => verdicts.filter(({ outcome }) => outcome === wanted).length;
      expect(verdicts).toHaveLength(SEEDS.length);
      expect(count("refused")).toBeGreaterThan(SEEDS.length / 3);
      expect(count("same")).toBeGreaterThan(3);
      expect(count("changed")).toBeGreaterThan(2);
    });
  },
);

it("a seed names one damaged folder", async () => {
  for (const seed of [1, 7, 16]) expect(await damageFolder(seed)).toEqual(await damageFolder(seed));
  const all = await Promise.all(Array.from({ length: 60 }, (_, seed) => damageFolder(seed)));
  expect(new Set(all.map(({ damage }) => damage)).size).toBeGreaterThan(45);
});
