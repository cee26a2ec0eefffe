// io-zarr and normalize, and nothing else of ours: writes a small store, opens it and sums normalised rows.
import { openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore, openStore } from "@flashdeconv/io-zarr/node";
import { buildNormalization, normalized, resolveNormalizationOptions } from "@flashdeconv/normalize";

const indptr = Int32Array.of(0, 2, 3);
const rows = { indptr, indices: Int32Array.of(0, 2, 1), values: Float32Array.of(1, 3, 6) };
const X = {
  spotCount: 2,
  width: 3,
  async *chunks() {
    yield { kind: /** @type {const} */ ("csr"), spotStart: 0, spotCount: 2, width: 3, ...rows };
  },
};
const target = await createStore("two-stages.zarr", { overwrite: true });
await writeAnnData(target, { spotCount: 2, spotNames: ["a", "b"], geneNames: ["f", "g", "h"], X });

const { counts } = await openSpatial(await openStore("two-stages.zarr"));
const scale = buildNormalization(resolveNormalizationOptions({ targetSum: 4, logBase: 2 }));
const sums = [];
for await (const { values } of normalized(counts, scale).chunks()) sums.push(...values);
if (String(sums.map((value) => value.toFixed(3))) !== "1.000,2.000,2.322") throw new Error(`found ${sums}`);
