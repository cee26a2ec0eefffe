import { collect, isFlashdeconvError } from "@flashdeconv/core";
import { inspectStore, openReference } from "@flashdeconv/io-zarr";
import fc from "fast-check";
import { expect, it } from "vitest";
import { tinyAnnData } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

const ROWS = [
  [0, 3, 0, 1],
  [5, 0, 0, 2],
  [1, 1, 1, 1],
];

/** Values that no one expects where a number, a name or a list should be. */
const ODDITIES = [null, -1, 0, 1.5, 2 ** 31, 1e15, "", "NaN", "../../x", [], [0], [1e9, 1e9], {}, true];

const mutations = fc.record({
  format: fc.constantFrom(2 as const, 3 as const),
  encoding: fc.constantFrom("csr" as const, "csc" as const, "dense" as const),
  file: fc.nat(),
  kind: fc.constantFrom("delete", "truncate", "flip", "field"),
  at: fc.nat(),
  oddity: fc.constantFrom(...ODDITIES),
});

function mutate(
  zarr: TinyZarr,
  { file, kind, at, oddity }: typeof mutations extends fc.Arbitrary<infer T> ? T : never,
) {
  const keys = [...zarr.files.keys()];
  const key = keys[file % keys.length];
  const bytes = zarr.files.get(key) as Uint8Array;
  if (kind === "delete") zarr.files.delete(key);
  else if (kind === "truncate") zarr.files.set(key, bytes.slice(0, at % bytes.length));
  else if (kind === "flip")
    zarr.files.set(
      key,
      bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (1 << (at % 8)) : byte)),
    );
  else if (/z(array|attrs|arr\.json)$/.test(key)) {
    const document = JSON.parse(new TextDecoder().decode(bytes));
    const fields = Object.keys(document);
    document[fields[at % fields.length]] = oddity;
    zarr.json(key, document);
  }
}

async function readAll(zarr: TinyZarr): Promise<void> {
  await inspectStore(zarr);
  const { counts, cellCount } = await openReference(zarr);
  expect((await collect(counts)).spotCount).toBe(cellCount);
}

it("a store with one thing broken reads or is refused with an error that says what", async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(mutations, async (mutation) => {
      const { format, encoding } = mutation;
      const zarr = tinyAnnData(ROWS, { format, encoding, chunkLength: 3, labels: ["a", "b", "a"] });
      mutate(zarr, mutation);
      try {
        await readAll(zarr);
      } catch (error) {
        refusals++;
        if (!isFlashdeconvError(error)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
  expect(refusals).toBeGreaterThan(500);
});
