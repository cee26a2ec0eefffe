import { cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { inspectStore, readColumn, readDataframe, readObsm, readRowNames } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { METHOD_NAMES } from "@flashdeconv/pipeline";
import { describe, expect, it } from "vitest";
import { goldenArray, goldenPath } from "../../../test/golden-data.js";
import { type CliRun, runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, withValue, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();
const TYPES = ["type_0", "type_1", "type_2", "type_3"];

async function succeed(args: readonly string[]): Promise<CliRun> {
  const run = await runCli(args);
  expect(run.code, run.stderr).toBe(0);
  return run;
}

const runArgs = (out: string, ...more: string[]) => [
  "run",
  stores.spatial,
  "--reference",
  stores.reference,
  "--out",
  out,
  ...more,
];

async function proportionsIn(path: string, key = "flashdeconv") {
  const { columnNames, values } = await readObsm(await openStore(path), key);
  return { columnNames, values: (await collect(values)).values };
}

describe("flashdeconv run", () => {
  it("writes a store that can be used by itself, and says what is in it", async () => {
    const out = join(await temporaryFolder(), "result.zarr");
    const { stdout, stderr } = await succeed(runArgs(out));
    const { columnNames, values } = await proportionsIn(out);
    expect(columnNames).toEqual(TYPES);
    for (let spot = 0; spot < 200; spot++) {
      const [a, b, c, d] = values.subarray(spot * 4, spot * 4 + 4);
      expect(a + b + c + d).toBeCloseTo(1, 6);
    }
    const result = await openStore(out);
    const section = await openStore(stores.spatial);
    expect(await readRowNames(result)).toEqual(await readRowNames(section));
    const coordinates = async (store: typeof result) => collect((await readObsm(store, "spatial")).values);
    expect(await coordinates(result)).toEqual(await coordinates(section));
    expect((await readColumn(result, "obs/flashdeconv_dominant")).kind).toBe("categorical");
    expect(await readColumn(result, "uns/flashdeconv_params/genes_used")).toMatchObject({ kind: "string" });

    expect(stdout).toContain(`${out}: obsm/flashdeconv, 200 spots x 4 cell types`);
    expect(stdout).toMatch(/^method refined, \d+ of \d+ shared genes used, smoothing \d+/m);
    expect(stdout).toMatch(/^converged after \d+ sweeps, the solver is within 0\.0\d* of its own optimum/m);
    expect(stdout, "nothing is promised of the tissue").not.toMatch(/right|correct|accurate/);
    for (const type of TYPES) expect(stdout).toMatch(new RegExp(`^${type} +\\d+\\.\\d % +\\d+$`, "m"));
    expect(stdout).toContain(`anndata.read_zarr(${JSON.stringify(out)}).obsm["flashdeconv"]`);
    expect(stderr).toMatch(/^choosing genes: 200 spots in \d\.\d s$/m);
    expect(stderr).toMatch(/^solving: \d+ sweeps in /m);
  });

  it("prints one JSON object and nothing else, notices included", async () => {
    const out = join(await temporaryFolder(), "result.zarr");
    const args = runArgs(out, "--method", "flashdeconv", "--json", "--quiet");
    const { stdout, stderr } = await succeed(args);
    expect(stderr).toBe("");
    expect(stdout.endsWith("}\n")).toBe(true);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      result: out,
      key: "flashdeconv",
      spot_count: 200,
      solver: "bcd",
      converged: true,
    });
    expect(report.cell_types.map(({ name }: { name: string }) => name)).toEqual(TYPES);
    const sum = (key: string) =>
      report.cell_types.reduce((total: number, type: Record<string, number>) => total + type[key], 0);
    expect(sum("mean_proportion")).toBeCloseTo(1, 6);
    expect(sum("dominant_spot_count")).toBe(200);
    expect(report.notices.map(({ code }: { code: string }) => code)).toContain("fewer-genes-than-sketch");
  });

  it.each([
    ["flashdeconv", { smoothing_used: null, overdispersion: null }],
    ["weighted", { smoothing_used: expect.any(Number), overdispersion: expect.any(Number) }],
    ["refined", { smoothing_used: expect.any(Number), overdispersion: expect.any(Number) }],
    ["poisson", { smoothing_used: expect.any(Number), overdispersion: expect.any(Number) }],
  ])("tells what --method %s chose", async (method, facts) => {
    const out = join(await temporaryFolder(), "result.zarr");
    const report = JSON.parse((await succeed(runArgs(out, "--json", "--quiet", "--method", method))).stdout);
    expect(report).toMatchObject({ method, ...facts });
  });

  it("adds to the section in place, and again under the same key", async () => {
    const folder = await temporaryFolder();
    const section = join(folder, "section.zarr");
    await cp(stores.spatial, section, { recursive: true });
    const args = ["run", section, "--reference", stores.reference, "--in-place"];
    await succeed(args);
    const first = await proportionsIn(section);
    await succeed([...args, "--method", "flashdeconv", "--lambda", "0"]);
    const second = await proportionsIn(section);
    expect(second.columnNames).toEqual(TYPES);
    expect(second.values).not.toEqual(first.values);
    const summary = await inspectStore(await openStore(section));
    expect(summary.matrices.map(({ path }) => path)).toEqual(["X"]);
    expect(summary.obsm.map(({ key }) => key).sort()).toEqual(["flashdeconv", "spatial", "truth"]);
    expect((await readDataframe(await openStore(section), "obsm/flashdeconv")).rowNames).toHaveLength(200);
    expect(await readdir(folder)).toEqual(["section.zarr"]);
    expect((await readdir(section)).filter((name) => name.includes("staging"))).toEqual([]);
  });

  it("never replaces a table of others in place", async () => {
    const section = join(await temporaryFolder(), "section.zarr");
    await cp(stores.spatial, section, { recursive: true });
    const args = ["run", section, "--reference", stores.reference, "--in-place", "--key-added", "truth"];
    const before = await proportionsIn(section, "truth");
    const refused = await runCli(args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /option --key-added: found "truth".*obsm\/truth was written by another program/,
    );
    expect(await proportionsIn(section, "truth")).toEqual(before);
    expect((await runCli([...args, "--overwrite"])).code).toBe(2);
    expect(await proportionsIn(section, "truth")).toEqual(before);
  });

  it("writes under another key, a column of obs per type, and the other Zarr version", async () => {
    const out = join(await temporaryFolder(), "result.zarr");
    await succeed(runArgs(out, "--key-added", "mine", "--obs-columns", "--zarr-format", "3"));
    expect(await readdir(out)).toContain("zarr.json");
    const { values } = await proportionsIn(out, "mine");
    const column = await readColumn(await openStore(out), "obs/mine_type_2");
    expect(column).toEqual({
      kind: "number",
      values: Float64Array.from({ length: 200 }, (_, i) => values[4 * i + 2]),
    });
  });

  it("keeps the Zarr version of the section", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section.zarr"), { zarrFormat: 3 });
    const out = join(folder, "result.zarr");
    await succeed(["run", section, "--reference", stores.reference, "--out", out]);
    expect(await readdir(out)).toContain("zarr.json");
  });

  it("takes a table of means as the reference", async () => {
    const folder = await temporaryFolder();
    const csv = join(folder, "means.csv");
    const genes = Array.from({ length: 120 }, (_, gene) => `gene_${String(gene).padStart(3, "0")}`);
    const row = (type: number) => genes.map((_, gene) => (gene % 3 === type ? 9 : 1)).join(",");
    await writeFile(
      csv,
      `type,${genes.join(",")}\n${["A", "B", "C"].map((name, k) => `${name},${row(k)}`).join("\n")}\n`,
    );
    const out = join(folder, "result.zarr");
    await succeed(["run", stores.spatial, "--reference", csv, "--out", out]);
    expect((await proportionsIn(out)).columnNames).toEqual(["A", "B", "C"]);
  });

  it("runs a solver of one's own, from a file or an installed package", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "first-type.mjs");
    await writeFile(
      file,
      `export default {
        name: "first-type", coupling: "independent", input: "statistics",
        resolveOptions: (input) => ({ share: 1, ...input }),
        start: ({ typeNames: { length: K } }, { share }) => ({
          statWidth: K + 1, settings: {}, summarize: (rows, out) => out.set(rows.values),
          sweep({ spots }, abundance) {
            for (const spot of spots) { abundance[spot * K] = share; abundance[spot * K + 1] = 1 - share; }
            return { largestChange: 0 };
          },
        }),
      };`,
    );
    const out = join(folder, "result.zarr");
    await succeed(runArgs(out, "--solver", file, "--solver-options", '{"share": 0.75}'));
    expect((await proportionsIn(out)).values.slice(0, 4)).toEqual(Float64Array.of(0.75, 0.25, 0, 0));
  });

  it.each([
    [
      "export default { name: 'half', coupling: 'neighbours' };",
      /it lacks coupling .*input .*resolveOptions .*start/,
    ],
    ["export const solver = {};", /an object as default export/],
    ["import './not-there.mjs';", /this one fails with: .*not-there/],
  ])("refuses the module %s", async (text, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "solver.mjs"), text);
    const { code, stderr } = await runCli(
      runArgs(join(folder, "out.zarr"), "--solver", join(folder, "solver.mjs")),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).toEqual(["solver.mjs"]);
  });

  it("needs no coordinates where the solver needs none", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section.zarr"), {
      contents: ({ obsm: _, ...rest }) => rest,
    });
    const out = join(folder, "result.zarr");
    const { stderr } = await succeed([
      "run",
      section,
      "--reference",
      stores.reference,
      "--solver",
      "nnls",
      "--out",
      out,
    ]);
    expect(stderr).toMatch(/^note: The result has no coordinates/m);
    expect((await proportionsIn(out)).values).toHaveLength(800);
    // Why there are none is told once.
    const args = ["run", section, "--reference", stores.reference, "--smoothing", "none", "--out", out];
    const again = await succeed([...args, "--overwrite"]);
    expect(again.stderr).toMatch(/^note: The result has no coordinates\.$/m);
    expect(again.stderr.match(/expected coordinates|obsm\/spatial/g)?.length).toBe(
      again.stderr.match(/^note: Nothing is smoothed.*$/m)?.[0].match(/expected coordinates|obsm\/spatial/g)
        ?.length,
    );
  });

  it("uses values that are not raw counts when told to", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section.zarr"), { counts: withValue(3, 2.5) });
    const args = ["run", section, "--reference", stores.reference, "--out", join(folder, "out.zarr")];
    expect((await runCli(args)).code).toBe(2);
    for (const method of METHOD_NAMES) {
      const more = ["--allow-non-counts", "--method", method, "--overwrite", "--json", "--quiet"];
      expect(JSON.parse((await succeed([...args, ...more])).stdout)).toMatchObject({ method });
    }
  });

  it("tells of few cells, odd labels and repeated genes, once each", async () => {
    const folder = await temporaryFolder();
    const cells = await writeCells(join(folder, "cells.zarr"), {
      contents: (contents) => ({
        ...contents,
        geneNames: (contents.geneNames as string[]).with(5, "gene_004"),
        obs: [
          {
            kind: "categorical",
            name: "cell_type",
            codes: Int32Array.from({ length: 48 }, (_, i) => (i < 2 ? 0 : 1 + (i % 2))),
            categories: ["Rare", "Unknown", "Usual"],
          },
        ],
      }),
    });
    const { stderr } = await succeed([
      "run",
      stores.spatial,
      "--reference",
      cells,
      "--out",
      join(folder, "out.zarr"),
    ]);
    const notes = stderr.split("\n").filter((line) => line.startsWith("note: "));
    expect(new Set(notes).size).toBe(notes.length);
    expect(notes.join("\n")).toMatch(/fewer than 10 cells.*"Rare" \(2\)/);
    expect(notes.join("\n")).toMatch(/name no cell type: "Unknown"/);
    expect(notes.join("\n")).toMatch(/repeat the name of an earlier one: 1/);
  });

  it.each<[string, string, string[]]>([
    ["spatial", "log_cpm", []],
    ["spatial-csc", "log_cpm_lambda500", ["--lambda", "500"]],
    ["spatial-dense", "log2_cpm1e6", ["--target-sum", "1e6", "--log-base", "2"]],
  ])("gives the published numbers from golden %s: %s", async (store, name, more) => {
    const out = join(await temporaryFolder(), "result.zarr");
    const settings =
      "--method flashdeconv --sketch-dim 128 --n-hvg 400 --n-markers 20 --tolerance 1e-10 --empty uniform".split(
        " ",
      );
    const reference = goldenPath("reference.zarr");
    await succeed([
      "run",
      goldenPath(`${store}.zarr`),
      "--reference",
      reference,
      "--out",
      out,
      ...settings,
      ...more,
    ]);
    const { values } = await proportionsIn(out);
    const wanted = goldenArray(`proportions_${name}`).values;
    expect(values).toHaveLength(wanted.length);
    expect(values.findIndex((value, i) => !(Math.abs(value - wanted[i]) < 1e-6))).toBe(-1);
  });
});
