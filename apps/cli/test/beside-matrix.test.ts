import { cp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { FOLDERS } from "./vendor/base-folders.js";
import { writeFiles } from "./vendor/write-tenx.js";

async function sample(name: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, await FOLDERS[name].files());
  return folder;
}

async function seen(path: string, ...flags: string[]) {
  const { code, stdout, stderr } = await runCli(["inspect", path, "--json", ...flags]);
  const { input, coordinates } = JSON.parse(stdout);
  return { code, input, coordinates, stderr };
}

describe("a matrix of 10x's software by itself", () => {
  it.each([
    ["Visium 2", "outs/filtered_feature_bc_matrix.h5", "Visium", "spatial/tissue_positions.csv"],
    ["Visium with a prefix", "outs/s1_filtered_feature_bc_matrix.h5", "Visium", "s1_tissue_positions.csv"],
    ["Xenium, h5 and csv", "cell_feature_matrix.h5", "Xenium", "cells.csv"],
    [
      "Visium HD, cells",
      "outs/segmented_outputs/filtered_feature_cell_matrix.h5",
      "Visium HD, segmented cells",
      "cell_segmentations.geojson",
    ],
  ])("takes the positions that lie beside it, and says so: %s", async (name, matrix, input, positions) => {
    const folder = await sample(name);
    const alone = await seen(join(folder, matrix));
    expect(alone).toMatchObject({ code: 0, input });
    expect(alone.stderr).toMatch(/Positions were found beside the matrix, in \S+\./);
    expect(alone.stderr).toContain(positions);
    const flags = name.endsWith("cells") ? ["--cells"] : [];
    expect(alone.coordinates).toEqual((await seen(folder, ...flags)).coordinates);
  });

  it("is the one that was given, also where another lies beside it", async () => {
    const folder = await sample("Visium 2");
    const [filtered, raw] = ["filtered", "raw"].map((kind) =>
      join(folder, "outs", `${kind}_feature_bc_matrix.h5`),
    );
    await cp(filtered, raw);
    const { stderr, input } = await seen(raw);
    expect(input).toMatch(/^Visium \(raw matrix/);
    expect(stderr).not.toMatch(/No filtered matrix/);
  });

  it("has none where they may be another sample's, are not there or contradict each other", async () => {
    const folder = await sample("Visium 2");
    const outs = join(folder, "outs");
    const [own, other] = ["a", "b"].map((name) => join(outs, `${name}_filtered_feature_bc_matrix.h5`));
    await rename(join(outs, "filtered_feature_bc_matrix.h5"), own);
    expect((await seen(own)).input).toBe("Visium");
    await cp(own, other);
    expect((await seen(own)).input).toBe("a matrix of 10x's software");
    await rename(join(outs, "spatial"), join(outs, "a_spatial"));
    expect((await seen(own)).input).toBe("Visium");
    expect((await seen(other)).input).toBe("a matrix of 10x's software");
    await writeFile(join(outs, "a_spatial", "tissue_positions_list.csv"), "AAA,1,0,0,1,1\n");
    expect((await seen(own)).input).toBe("a matrix of 10x's software");
    await rm(join(outs, "a_spatial"), { recursive: true });
    expect((await seen(own)).input).toBe("a matrix of 10x's software");
  });
});

it("positions in Parquet are taken before those as text, which is told", async () => {
  const folder = await sample("Visium 2");
  const column = (name: string) => ({ name, data: new Float64Array([1]) });
  const numbers = ["in_tissue", "array_row", "array_col", "pxl_row_in_fullres", "pxl_col_in_fullres"];
  const columnData = [{ name: "barcode", data: ["x"] }, ...numbers.map(column)];
  const path = join(folder, "outs", "spatial", "tissue_positions.parquet");
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData })));
  const { stderr } = await runCli(["inspect", folder]);
  expect(stderr).toMatch(
    /Positions are those of spatial\/tissue_positions\.parquet; not read: spatial\/tissue_positions\.csv\./,
  );
});

it("raw segmented cells are told as a raw matrix is", async () => {
  const folder = await sample("Visium HD, cells");
  const outputs = join(folder, "outs", "segmented_outputs");
  const name = (kind: string) => join(outputs, `${kind}_feature_cell_matrix.h5`);
  await rename(name("filtered"), name("raw"));
  const { code, stderr } = await runCli(["inspect", folder, "--cells"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/No filtered matrix is there/) });
});

it.each([
  [
    "without a suffix",
    (name: string) => name.replace(/-1$/, ""),
    /the matrix has "(\S+)-1", the positions have "\1"/,
  ],
  [
    "with another suffix",
    (name: string) => name.replace(/-1$/, "-2"),
    /"(\S+)-1", the positions have "\1-2"/,
  ],
  [
    "with a sample before them",
    (name: string) => `s_${name}`,
    /the matrix has "(\S+)", the positions have "s_\1"/,
  ],
])("barcodes of positions %s are told in both forms", async (_, change, message) => {
  const files = await FOLDERS["Visium 2"].files();
  const key = "outs/spatial/tissue_positions.csv";
  const [header, ...rows] = Buffer.from(files.get(key) as Uint8Array)
    .toString()
    .split("\n");
  const renamed = rows.map((row) => row.replace(/^[^,]+/, change));
  const folder = await temporaryFolder();
  await writeFiles(folder, new Map([...files, [key, Buffer.from([header, ...renamed].join("\n"))]]));
  const { code, stderr } = await runCli(["convert", folder, `${folder}.zarr`, "--quiet"]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  expect(stderr).toContain("Write the names in both files alike.");
});
