import {
  CountError,
  type CsrChunk,
  collect,
  GeneMismatchError,
  memorySource,
  OptionError,
  ShapeError,
} from "@flashdeconv/core";
import { nnls, type Solver } from "@flashdeconv/solver";
import { beforeAll, describe, expect, it } from "vitest";
import {
  DECONVOLVE_DEFAULTS,
  type DeconvolveOptions,
  deconvolve,
  METHOD_NAMES,
  resolveDeconvolveOptions,
} from "../src/index.js";
import { type SmallSection, smallSection, withValue } from "./small-section.js";

let section: SmallSection;
beforeAll(async () => {
  section = await smallSection();
});

/** The stored value that the tests replace, by name. */
function target({ matrix, spatial }: SmallSection) {
  const at = 1000;
  const spot = matrix.indptr.findIndex((end) => end > at) - 1;
  return { at, spot: `spot-${spot}`, gene: spatial.geneNames[matrix.indices[at]] };
}

describe("values that are not raw counts", () => {
  it.each([
    [Number.NaN, "not finite", /repair it or drop the gene/],
    [Number.POSITIVE_INFINITY, "not finite", /repair it or drop the gene/],
    [-1, "negative", /\{ layer: "NAME" \}/],
    [0.5, "not whole", /up to \d+ these look like counts.*ambient RNA/],
    [250.5, "not whole", /up to 250.5.*ambient RNA.*as they are with `allowNonCounts`, whatever the method/],
  ])("%d is refused, with its spot and gene", async (value, kind, remedy) => {
    const { at, spot, gene } = target(section);
    const error = await deconvolve(withValue(section, at, value), section.reference).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(CountError);
    expect(error).toMatchObject({ spot, gene, value });
    expect(error.message).toContain(`spatial data: found ${value} in spot "${spot}", gene "${gene}"`);
    expect(error.message).toContain(kind);
    expect(error.message).toMatch(remedy);
  });

  it("of the reference are refused too, naming the cell and its own option", async () => {
    const { spatial, reference } = section;
    const logged = {
      ...reference,
      counts: memorySource(await withLogs(reference)),
      readCellName: async (cell: number) => `cell-${cell}`,
    };
    await expect(deconvolve(spatial, logged)).rejects.toThrow(
      /reference: found [\d.]+ in cell "cell-0".*\{ referenceLayer: "NAME" \}/,
    );
  });

  it("are told as normalised where all rows have one sum, and the raw layer is named", async () => {
    const { spatial, reference, matrix } = section;
    const rows = withRows(matrix, (row) => {
      const total = row.reduce((sum, value) => sum + value, 0);
      return row.map((value) => (value * 1e4) / total);
    });
    const layer = async () => [{ layer: "counts", counts: memorySource(matrix) }];
    const given = { ...spatial, counts: memorySource(rows), otherMatrices: layer };
    const error = await deconvolve(given, reference).catch((thrown) => thrown);
    expect(error.message).toMatch(
      /sum to about 10000: .*not raw ones.*\{ layer: "counts" \}.*Only if there is none/,
    );
    expect(error.message).not.toMatch(/ambient|as they are/);
    const { notices } = await deconvolve(given, reference, { allowNonCounts: true });
    expect(notices.find(({ code }) => code === "normalised-section")?.message).toMatch(
      /about 10000.*`layer`/,
    );
  });

  it("are told as logged, of either side, though they were allowed", async () => {
    const { spatial, reference, matrix } = section;
    const log = (of: CsrChunk) => memorySource(withRows(of, (row) => row.map(Math.log1p)));
    const cells = await collect(reference.counts);
    const allowed = { allowNonCounts: true };
    const codesOf = async (s: object, r: object, options: object = allowed) =>
      (await deconvolve({ ...spatial, ...s }, { ...reference, ...r }, options)).notices.map((n) => n.code);
    expect(await codesOf({ counts: log(matrix) }, {})).toContain("logged-section");
    expect(await codesOf({}, { counts: log(cells) })).toContain("logged-reference");
    expect((await codesOf({}, {})).join()).not.toMatch(/logged|normalised/);
    const asTheyAre = { method: "flashdeconv", preprocess: "raw" };
    expect((await codesOf({ counts: log(matrix) }, {}, asTheyAre)).join()).not.toMatch(/logged/);
  });

  function withRows(matrix: CsrChunk, change: (row: number[]) => number[]): CsrChunk {
    const values = Array.from({ length: matrix.spotCount }, (_, spot) =>
      change([...matrix.values.subarray(matrix.indptr[spot], matrix.indptr[spot + 1])]),
    );
    return { ...matrix, values: Float32Array.from(values.flat()) };
  }

  it("are taken where that was asked for, but never NaN", async () => {
    const { at } = target(section);
    const { reference } = section;
    const fraction = withValue(section, at, 0.5);
    for (const method of METHOD_NAMES) {
      const { parameters } = await deconvolve(fraction, reference, { method, allowNonCounts: true });
      expect(parameters).toMatchObject({ method, allow_non_counts: true });
    }
    const raw = { method: "flashdeconv", preprocess: "raw" } as const;
    expect((await deconvolve(fraction, reference, raw)).parameters.preprocess).toBe("raw");
    const negative = withValue(section, at, -1);
    await expect(deconvolve(negative, reference, { allowNonCounts: true })).rejects.toThrow(CountError);
    expect((await deconvolve(negative, reference, raw)).spotCount).toBe(150);
    const missing = withValue(section, at, Number.NaN);
    await expect(deconvolve(missing, reference, { ...raw, allowNonCounts: true })).rejects.toThrow(
      CountError,
    );
  });

  async function withLogs({ counts }: SmallSection["reference"]) {
    const { collect } = await import("@flashdeconv/core");
    const matrix = await collect(counts);
    return { ...matrix, values: matrix.values.map((value) => Math.log1p(value)) };
  }
});

describe("inputs that do not fit", () => {
  it("no shared genes", async () => {
    const { spatial, reference } = section;
    const renamed = { ...spatial, geneNames: spatial.geneNames.map((name) => `GRCh38_${name}`) };
    const error = await deconvolve(renamed, reference).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(GeneMismatchError);
    expect(error.message).toMatch(/GRCh38_.*prefix/s);
  });

  it("lengths that differ, no spots, no cells, no types", async () => {
    const { spatial, reference, matrix } = section;
    const run = (s: object, r: object = {}) =>
      deconvolve({ ...spatial, ...s }, { ...reference, ...r } as typeof reference);
    await expect(run({ geneNames: spatial.geneNames.slice(1) })).rejects.toThrow(
      /119 gene names, expected 120/,
    );
    await expect(run({}, { geneNames: [] })).rejects.toThrow(ShapeError);
    const few = { ...reference.cellTypes, codes: new Int32Array(3) };
    await expect(run({}, { cellTypes: few })).rejects.toThrow(/3 cell-type codes, expected 48/);
    const none = memorySource({
      ...matrix,
      spotCount: 0,
      indptr: new Int32Array(1),
      indices: new Int32Array(0),
      values: new Float32Array(0),
    });
    await expect(run({ counts: none })).rejects.toThrow(/spatial data: found no spot/);
    await expect(run({}, { counts: none })).rejects.toThrow(/reference: found no cell/);
    const signature = { typeNames: [], geneNames: reference.geneNames, values: new Float64Array(0) };
    await expect(deconvolve(spatial, signature)).rejects.toThrow(/no cell type/);
  });

  it("coordinates of another number of spots", async () => {
    const { spatial, reference } = section;
    const short = {
      ...spatial,
      readCoordinates: async () => ({ dimension: 2 as const, values: new Float64Array(20) }),
    };
    await expect(deconvolve(short, reference)).rejects.toThrow(/10 .*150/);
  });

  it("a signature with a negative value", async () => {
    const { spatial, reference } = section;
    const values = new Float64Array(reference.geneNames.length).fill(1);
    values[7] = -2;
    const signature = { typeNames: ["A"], geneNames: reference.geneNames, values };
    await expect(deconvolve(spatial, signature)).rejects.toThrow(/found -2.*type "A", gene/);
  });
});

describe("options", () => {
  it.each<[string, object, RegExp]>([
    ["unknown", { neighbours: 6 }, /neighbours.*an option of deconvolve/],
    ["preprocess", { method: "flashdeconv", preprocess: "log" }, /preprocess/],
    ["negative lambda", { method: "flashdeconv", solverOptions: { lambda: -1 } }, /lambda: found -1/],
    ["misspelt solver option", { solverOptions: { lamda: 1 } }, /lamda/],
    [
      "lambda of nnls",
      { solver: nnls, solverOptions: { lambda: 1 } },
      /lambda: found 1, expected nothing with the solver nnls/,
    ],
    ["platform", { method: "flashdeconv", platform: "xenium" }, /one of "visium"/],
    [
      "platform and lambda",
      { method: "flashdeconv", platform: "visium", solverOptions: { lambda: 3 } },
      /no platform where lambda is given/,
    ],
    ["precision", { precision: "float16" }, /"float64", "float32"/],
    ["empty", { empty: "zero" }, /"nan", "uniform"/],
    ["tolerance", { tolerance: -1 }, /tolerance/],
    ["sketchDimension", { method: "flashdeconv", sketchDimension: 0 }, /option sketchDimension/],
    ["neighborCount", { neighborCount: 0 }, /neighborCount/],
    ["radius missing", { graph: "radius" }, /radius/],
    ["highlyVariableCount", { genes: "selected", highlyVariableCount: -1 }, /highlyVariableCount/],
  ])("%s is refused before anything is read", (_, options, message) => {
    expect(() => resolveDeconvolveOptions(options as Partial<DeconvolveOptions>)).toThrow(OptionError);
    expect(() => resolveDeconvolveOptions(options as Partial<DeconvolveOptions>)).toThrow(message);
  });

  it("undefined counts as left out", () => {
    const { solver, tolerance } = resolveDeconvolveOptions({ tolerance: undefined, solver: undefined });
    expect([tolerance, (solver as Solver).name]).toEqual([1e-3, "refined"]);
  });

  it("do not change the method, whatever they are", () => {
    for (const options of [
      {},
      { smoothing: 3 },
      { allowNonCounts: true },
      { solverOptions: { epsilon: 0.1 } },
    ]) {
      expect(resolveDeconvolveOptions(options).method, JSON.stringify(options)).toBe("refined");
    }
  });

  it("that were resolved may be given again as they are", () => {
    const resolved = resolveDeconvolveOptions({ method: "flashdeconv", seed: 0 });
    expect(resolveDeconvolveOptions(resolved)).toBe(resolved);
    expect(resolveDeconvolveOptions(DECONVOLVE_DEFAULTS)).toBe(DECONVOLVE_DEFAULTS);
  });
});
