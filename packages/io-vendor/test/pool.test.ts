import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { poolPositions } from "../src/pool/pool-positions.js";
import { binNames, pooledBins } from "../src/pool/pooled-bins.js";
import { packedNames } from "../src/positions/add-positions.js";
import { folderOf } from "./tiny-tenx.js";

const named = (places: readonly (readonly [number, number])[]) =>
  packedNames(places.map(([row, column]) => `s_002um_${row}_${column}-1`));

/** Rows, columns, pixels and tissue of bins, as Space Ranger lists them. */
function listed(bins: readonly (readonly [number, number, number, number, number])[]) {
  const column = (at: number) => Float64Array.from(bins, (bin) => bin[at]);
  const columnData = ["array_row", "array_col", "pxl_col_in_fullres", "pxl_row_in_fullres", "in_tissue"].map(
    (name, at) => ({ name, data: column(at) }),
  );
  return folderOf({ "positions.parquet": new Uint8Array(parquetWriteBuffer({ columnData })) });
}

const BINS = [
  [5, 0],
  [0, 3],
  [0, 1],
  [1, 1],
] as const;

describe("larger bins", () => {
  it("stand in the order of the grid and hold all smaller ones", async () => {
    const bins = await pooledBins(named(BINS), 4, 2, "m");
    expect([...bins.row]).toEqual([0, 0, 2]);
    expect([...bins.column]).toEqual([0, 1, 0]);
    expect([...bins.ofSpot]).toEqual([2, 1, 0, 0]);
    expect([bins.find(1, 0), bins.find(2, 0), bins.find(4, 1)]).toEqual([0, -1, 2]);
    const names: string[] = [];
    for await (const { count, offsets, bytes } of binNames(bins, 4))
      for (let i = 0; i < count; i++)
        names.push(new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1])));
    expect(names).toEqual(["s_004um_00000_00000-1", "s_004um_00000_00001-1", "s_004um_00002_00000-1"]);
  });

  it("are in the middle of those with pixels, and tissue if one of them is", async () => {
    const bins = await pooledBins(named(BINS), 4, 2, "m");
    const files = listed([
      [0, 0, 10, 100, 0],
      [1, 1, 30, 300, 1],
      [0, 1, Number.NaN, Number.NaN, 0],
      [0, 2, 7, 70, 0],
      [5, 1, 9, 90, 1],
      [9, 9, 1, 1, 1],
    ]);
    const { x, y, columns } = await poolPositions(files, "positions.parquet", bins);
    expect({ x: [...x], y: [...y] }).toEqual({ x: [20, 7, 9], y: [200, 70, 90] });
    expect([...columns.in_tissue]).toEqual([1, 0, 1]);
  });

  it.each([
    ["no pixel", [0, 2, Number.NaN, 7, 1], /no position for 2 of 3 bins/],
    ["a row below 0", [-1, 2, 7, 7, 1], /-1 as array_row/],
    ["half a column", [0, 1.5, 7, 7, 1], /1.5 as array_col/],
  ] as const)("with %s are refused", async (_, bin, message) => {
    const bins = await pooledBins(named(BINS), 4, 2, "m");
    const files = listed([[0, 0, 1, 1, 1], bin]);
    await expect(poolPositions(files, "positions.parquet", bins)).rejects.toMatchObject({
      tag: "FormatError",
      found: expect.stringMatching(message),
    });
  });
});
