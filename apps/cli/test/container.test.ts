import { cp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { inspectStore, readDataframe, readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { fromFolder, testServer } from "../../../packages/stores/test/remote-tools.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { SPLIT, withRegions, writeContainer } from "./small-container.js";
import { smallStores, writeSection } from "./small-stores.js";
import { contentOf, zipStore } from "./store-content.js";

const stores = smallStores();

async function succeed(...args: string[]): Promise<string> {
  const run = await runCli(args);
  expect(run.code, run.stderr).toBe(0);
  return run.stdout;
}

const run = (path: string, ...more: string[]) =>
  succeed(
    "run",
    path,
    "--reference",
    stores.reference,
    "--method",
    "flashdeconv",
    "--tolerance",
    "1e-7",
    "--lambda",
    "50",
    ...more,
  );

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

  it("behind a URL has the bits of the local run; its shapes are read by ranges", async () => {
    const folder = await temporaryFolder();
    await writeContainer(join(folder, "sdata.zarr"), zarrFormat);
    const server = await testServer({ read: fromFolder(folder) });
    const url = `${server.url}/sdata.zarr`;
    await run(join(folder, "sdata.zarr"), "--out", join(folder, "near.zarr"));
    await run(url, "--table", "square_008um", "--out", join(folder, "far.zarr"));
    expect(await contentOf(join(folder, "far.zarr"))).toEqual(await contentOf(join(folder, "near.zarr")));
    for (const name of ["left", "right"]) {
      const key = `sdata.zarr/shapes/${name}/shapes.parquet`;
      const requests = server.requests.filter((request) => request.key === key);
      expect(requests.every(({ range, status }) => range !== undefined && status === 206)).toBe(true);
      // The footer from the end, twice (the plan of memory asks for it too), then geometries and index.
      expect(requests.map(({ range }) => range?.startsWith("bytes=-"))).toEqual(
        expect.arrayContaining([true, false]),
      );
      const read = requests.filter(({ range }) => !range?.startsWith("bytes=-"));
      const { size } = await stat(join(folder, key));
      expect(read.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(0.9 * size);
    }
    // The table's own path is a store by itself, without shapes; a server that lists nothing wants a name.
    const unnamed = await runCli(["run", url, "--reference", stores.reference, "--out", join(folder, "o")]);
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringMatching(/--table.*cannot be listed/s)]);

    await rm(join(folder, "sdata.zarr/shapes/right/shapes.parquet"));
    const args = ["run", url, "--table", "square_008um", "--reference", stores.reference];
    const broken = await runCli([...args, "--out", join(folder, "broken.zarr")]);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(/sdata\.zarr.*: shapes\/right: found neither shapes\.parquet nor/);
    expect((await readdir(folder)).sort()).toEqual(["far.zarr", "near.zarr", "sdata.zarr"]);
  });

  it("in a zip behind a URL needs no table named", async () => {
    const folder = await temporaryFolder();
    const container = join(folder, "sdata.zarr");
    await writeContainer(container, zarrFormat);
    await zipStore(container, join(folder, "sdata.zarr.zip"));
    const server = await testServer({ read: fromFolder(folder) });
    await run(container, "--out", join(folder, "near.zarr"));
    await run(`${server.url}/sdata.zarr.zip`, "--out", join(folder, "far.zarr"));
    expect(await contentOf(join(folder, "far.zarr"))).toEqual(await contentOf(join(folder, "near.zarr")));
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
