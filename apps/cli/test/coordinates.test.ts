import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { type Column, readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();
let folder = "";

/** The small section with its coordinates in columns of obs alone, in other units and as text, or without any. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-coordinates-"));
  const { values } = await collect((await readObsm(await openStore(stores.spatial), "spatial")).values);
  const axis = (which: number) => Float64Array.from({ length: 200 }, (_, spot) => values[2 * spot + which]);
  const without = (obs: readonly Column[]) => ({
    contents: ({ obsm: _, ...contents }: Parameters<typeof Object.keys>[0] & { obsm?: unknown }) => ({
      ...contents,
      obs,
    }),
  });
  await writeSection(
    join(folder, "columns"),
    without([
      { kind: "number", name: "center_x", values: axis(0) },
      { kind: "number", name: "center_y", values: Float32Array.from(axis(1)) },
      { kind: "string", name: "text_x", values: Array.from(axis(0), String) },
      { kind: "string", name: "text_y", values: Array.from(axis(1), String) },
      { kind: "number", name: "holes", values: axis(0).with(7, Number.NaN) },
      { kind: "number", name: "three", values: new Float64Array(200).fill(3) },
      { kind: "number", name: "five", values: new Float64Array(200).fill(5) },
    ]) as never,
  );
  await writeSection(join(folder, "none"), without([]) as never);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(section: string, ...more: string[]) {
  const out = join(await temporaryFolder(), "out");
  const at = section === "" ? stores.spatial : join(folder, section);
  return { out, ...(await runCli(["run", at, "--reference", stores.reference, "--out", out, ...more])) };
}

async function proportionsOf(out: string, key = "flashdeconv") {
  return (await collect((await readObsm(await openStore(out), key)).values)).values;
}

describe("coordinates that were named where nothing is smoothed", () => {
  it.each([
    ["--smoothing", "none"],
    ["--method", "flashdeconv", "--lambda", "0"],
    ["--solver", "nnls"],
  ])("are read first of all, for the result: %s %s", async (...how) => {
    const wrong = await run("columns", ...how, "--spatial-columns", "center_x,missing");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/option --spatial-columns: /);
    expect(wrong.stderr).not.toContain("choosing genes");
    const named = await run("columns", ...how, "--spatial-columns", "center_x,center_y");
    expect(named.code, named.stderr).toBe(0);
    expect((await proportionsOf(named.out, "spatial")).length).toBe(400);
  });
});

describe("what is wrong with coordinates", () => {
  it.each([
    ["center_x,holes", /a run that smooths would be refused: .*(spot|row)/s],
    ["three,five", /all 200 spots lie at one place/],
    ["center_x,center_y", undefined],
  ])("is seen before a run: %s", async (columns, trouble) => {
    const args = ["inspect", join(folder, "columns"), "--spatial-columns", columns];
    const { coordinates_trouble: told } = JSON.parse((await runCli([...args, "--json"])).stdout);
    const { stdout } = await runCli(args);
    const line = stdout.split("\n").find((one) => one.startsWith("Coordinates:"));
    if (trouble === undefined) expect(told).toBeNull();
    else expect(told).toMatch(trouble);
    if (told !== null) expect(line).toContain(told);
  });
});

describe("coordinates in obs", () => {
  it("are read from --spatial-columns and give the bits of those in obsm", async () => {
    const usual = await run("", "--smoothing", "10");
    const named = await run("columns", "--smoothing", "10", "--spatial-columns", "center_x, center_y");
    expect(named.code, named.stderr).toBe(0);
    expect(await proportionsOf(named.out)).toEqual(await proportionsOf(usual.out));
    expect((await proportionsOf(named.out, "spatial")).length).toBe(400);
  });

  it.each([
    [[], /--spatial-columns center_x,center_y or text_x,text_y \(not numbers\)/],
    [["--spatial-columns", "center_x"], /option --spatial-columns: .*two or three columns/],
    [["--spatial-columns", "center_x,nowhere"], /option --spatial-columns: .*has no "nowhere"/],
    [
      ["--spatial-columns", "text_x,text_y"],
      /obs\/text_x: found a column of kind string, such as "[\d.]+".*astype\(float\)/,
    ],
    [["--spatial-columns", "holes,center_y"], /the first spot_7 \(row 7\)/],
    [["--spatial-columns", "center_x,center_y", "--spatial-key", "spatial"], /Give one of the two/],
  ])("given as %j are refused", async (more, message) => {
    const { code, stderr } = await run("columns", ...more);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("are told by inspect as what may be meant", async () => {
    const { stdout } = await runCli(["inspect", join(folder, "columns")]);
    expect(stdout).toMatch(
      /^Coordinates: none found; perhaps --spatial-columns center_x,center_y or text_x,text_y/m,
    );
    const json = JSON.parse((await runCli(["inspect", join(folder, "columns"), "--json"])).stdout);
    expect(json.coordinate_candidates).toEqual([
      { columns: ["center_x", "center_y"], numeric: true },
      { columns: ["text_x", "text_y"], numeric: false },
    ]);
    const named = await runCli([
      "inspect",
      join(folder, "columns"),
      "--spatial-columns",
      "center_x,center_y",
    ]);
    expect(named.stdout).toMatch(/^Coordinates: obs\/center_x, obs\/center_y$/m);
  });
});

describe("a section without coordinates", () => {
  it.each([
    ["--smoothing", "none"],
    ["--smoothing", "0"],
    ["--method", "flashdeconv", "--lambda", "0"],
    ["--method", "poisson", "--smoothing", "none"],
    ["--solver", "nnls"],
  ])("runs where nothing is smoothed: %s %s %s %s", async (...more) => {
    const options = more.filter((option) => option !== undefined);
    const { code, stderr, out } = await run("none", ...options);
    expect(code, stderr).toBe(0);
    const usual = await run("", ...options);
    const expected = await proportionsOf(usual.out);
    const found = await proportionsOf(out);
    expect(found.every((value, i) => Math.abs(value - expected[i]) < 2e-3)).toBe(true);
  });

  it("is refused where something is", async () => {
    for (const more of [[], ["--smoothing", "10"], ["--method", "flashdeconv", "--lambda", "50"]]) {
      const { code, stderr } = await run("none", ...more);
      expect(code).toBe(2);
      expect(stderr).toMatch(/coordinates: found none.*do without neighbours \(--smoothing none\)/);
    }
  });

  it("cannot be smoothed from kept statistics either", async () => {
    const stats = join(await temporaryFolder(), "stats");
    expect((await run("none", "--smoothing", "none", "--save-stats", stats)).code).toBe(0);
    const out = join(await temporaryFolder(), "again");
    const refused = await runCli(["solve", stats, "--out", out, "--smoothing", "10"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/option --smoothing: found 10.*kept without neighbours/);
    expect((await runCli(["solve", stats, "--out", out])).code).toBe(0);
  });
});
