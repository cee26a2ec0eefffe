import { cp } from "node:fs/promises";
import { join } from "node:path";
import { collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { inspectStore, readDataframe, readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { SPLIT, withRegions, writeContainer } from "./small-container.js";
import { smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();

async function succeed(...args: string[]): Promise<string> {
  const run = await runCli(args);
  expect(run.code, run.stderr).toBe(0);
  return run.stdout;
}

const run = (path: string, ...more: string[]) =>
  succeed("run", path, "--reference", stores.reference, "--tolerance", "1e-7", "--lambda", "50", ...more);

async function proportionsIn(path: string): Promise<number[]> {
  const { values } = await readObsm(await openStore(path), "flashdeconv");
  return [...(await collect(values)).values];
}

function greatestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe.each([2, 3] as const)("a SpatialData container in Zarr v%i", (zarrFormat) => {
  it("is deconvolved region by region, and keeps the result in its table or a new one", async () => {
    const folder = await temporaryFolder();
    const container = join(folder, "sdata.zarr");
    const coordinates = await writeContainer(container, zarrFormat);
    const out = join(folder, "out.zarr");
    await run(container, "--table", "square_008um", "--out", out);
    const proportions = await proportionsIn(out);

    // The same section as one plane, with the regions far from each other, and on top of each other.
    const inOnePlane = async (name: string, distance: number) => {
      const values = coordinates.map((value, i) => {
        const from = i < 2 * SPLIT ? 0 : 2 * SPLIT;
        return value - coordinates[from + (i % 2)] + (from > 0 && i % 2 === 0 ? distance : 0);
      });
      const spatial = memorySource<DenseChunk>({
        kind: "dense",
        spotStart: 0,
        spotCount: values.length / 2,
        width: 2,
        values,
      });
      const path = await writeSection(join(folder, name), {
        contents: (contents) => withRegions({ ...contents, obsm: { spatial: { values: spatial } } }),
      });
      await run(path, "--out", join(folder, `out-${name}`));
      return proportionsIn(join(folder, `out-${name}`));
    };
    expect(greatestDifference(proportions, await inOnePlane("apart.zarr", 1e5))).toBeLessThan(1e-5);
    expect(greatestDifference(proportions, await inOnePlane("mixed.zarr", 0))).toBeGreaterThan(1e-2);

    const stdout = await run(container, "--in-place");
    const table = join(container, "tables", "square_008um");
    expect(stdout).toContain(`anndata.read_zarr(${JSON.stringify(`${container}/tables/square_008um`)})`);
    expect(await proportionsIn(table)).toEqual(proportions);
    // The path of the table is as good as its name, and the container knows of the result then too.
    await run(table, "--in-place", "--key-added", "again");
    expect((await inspectStore(await openStore(container))).obsm.map(({ key }) => key)).toContain("again");
    await run(container, "--new-table", "types");
    expect(await proportionsIn(join(container, "tables", "types"))).toEqual(proportions);
    const { table: summary, obsColumns } = await inspectStore(await openStore(container), { table: "types" });
    expect(summary?.annotation).toEqual({
      regions: ["left", "right"],
      regionKey: "region",
      instanceKey: "location_id",
    });
    expect(obsColumns.map(({ name }) => name)).toContain("flashdeconv_dominant");
    const { columns } = await readDataframe(await openStore(join(container, "tables", "types")), "obs");
    expect(columns.get("location_id")).toMatchObject({
      values: expect.objectContaining({ 0: 1000, 199: 801 }),
    });

    // There are two tables now.
    const inspected = await runCli(["inspect", container]);
    expect([inspected.code, inspected.stderr]).toEqual([
      2,
      expect.stringMatching(/--table.*square_008um, types/s),
    ]);
    const text = await succeed("inspect", container, "--table", "square_008um");
    expect(text).toMatch(
      /^SpatialData 0\.\d: tables\/square_008um \(tables: square_008um, types\), about left, right by obs\/region/m,
    );
    expect(text).toMatch(/^Coordinates: shapes\/left, shapes\/right$/m);
    const json = JSON.parse(await succeed("inspect", container, "--table", "types", "--json"));
    expect(json.table).toMatchObject({ name: "types", regions: ["left", "right"] });
  });

  it("is not written to where the request makes no sense", async () => {
    const container = join(await temporaryFolder(), "sdata.zarr");
    await writeContainer(container, zarrFormat);
    const refuse = async (expected: RegExp, path: string, ...more: string[]) => {
      const { code, stderr } = await runCli(["run", path, "--reference", stores.reference, ...more]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
    };
    await refuse(/--table.*square_008um/s, container, "--table", "square_016um", "--in-place");
    await refuse(/--new-table.*another name/s, container, "--new-table", "square_008um");
    await refuse(/--out.*--in-place.*--new-table/s, container, "--new-table", "a", "--in-place");
    await refuse(/--zarr-format/, container, "--new-table", "a", "--zarr-format", "2");
    const copy = join(await temporaryFolder(), "section.zarr");
    await cp(stores.spatial, copy, { recursive: true });
    await refuse(/--new-table.*AnnData/s, copy, "--new-table", "a");
    await refuse(/--table/, copy, "--table", "a", "--in-place");
  });
});
