import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { collect } from "../../../packages/core/dist/index.js";
import { readObsm } from "../../../packages/io-zarr/dist/index.js";
import { openStore } from "../../../packages/io-zarr/dist/node.js";

/** The true shares of a set: the names of its types, and a function of spot and type. */
export async function readTruth(folder) {
  const table = join(folder, "truth.csv");
  if (existsSync(table)) {
    const [head, ...lines] = readFileSync(table, "utf8").trim().split(/\r?\n/);
    const rows = lines.map((line) => line.split(",").slice(1).map(Number));
    const names = head.split(",").slice(1);
    return { names, spotCount: rows.length, shareOf: (spot, type) => rows[spot][type] };
  }
  const { columnNames: names, values } = await readObsm(
    await openStore(join(folder, "spatial.zarr")),
    "truth",
  );
  const { values: rows, spotCount } = await collect(values);
  return { names, spotCount, shareOf: (spot, type) => rows[spot * names.length + type] };
}
