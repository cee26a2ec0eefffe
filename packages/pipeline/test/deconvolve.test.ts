import { memorySource } from "@flashdeconv/core";
import { nnls, type Solver } from "@flashdeconv/solver";
import { beforeAll, describe, expect, it } from "vitest";
import { deconvolve, type StageProgress } from "../src/index.js";
import { proportionsOf } from "./proportions-of.js";
import { type SmallSection, smallSection } from "./small-section.js";

let section: SmallSection;
beforeAll(async () => {
  section = await smallSection();
});

const codes = (notices: readonly { code: string }[]) => notices.map((notice) => notice.code);

/** In their order. */
const STAGES = [
  "graph",
  "reference",
  "genes",
  "types",
  "score",
  "unexplained",
  "smoothing",
  "statistics",
  "first-solve",
  "refine",
  "solve",
];

describe("deconvolve", () => {
  it("finds proportions that sum to one, and says how it got there", async () => {
    const { spatial, reference } = section;
    const result = await deconvolve(spatial, reference, { method: "flashdeconv" });
    expect(result).toMatchObject({ spotCount: 150, typeNames: [...reference.cellTypes.names].sort() });
    const proportions = await proportionsOf(result);
    for (let spot = 0; spot < 150; spot++) {
      const row = proportions.subarray(spot * 4, spot * 4 + 4);
      expect([...row].reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
      expect(row[result.dominant[spot]]).toBe(Math.max(...row));
    }
    expect(result.parameters).toMatchObject({
      solver: "bcd",
      sketch_dim: "512",
      converged: true,
      spot_count: 150,
    });
    expect(result.parameters.kkt_residual).toBeLessThan(1);
    const used = new Set(result.parameters.genes_used as readonly string[]);
    const counts = new Float32Array(150);
    for await (const { spotStart, spotCount, indptr, indices, values } of spatial.counts.chunks()) {
      for (let row = 0; row < spotCount; row++) {
        for (let i = indptr[row]; i < indptr[row + 1]; i++) {
          if (used.has(spatial.geneNames[indices[i]])) counts[spotStart + row] += values[i];
        }
      }
    }
    expect(result.counts).toEqual(counts);
    expect(result.parameters.proportion_error_bound).toBeLessThan(1e-2);
  });

  it("keeps spots in single precision, and in double where the tolerance or the caller wants it", async () => {
    const { spatial, reference } = section;
    for (const [options, kind, precision] of [
      [{}, Float32Array, "float32"],
      [{ tolerance: 1e-6 }, Float64Array, "float64"],
      [{ precision: "float64" }, Float64Array, "float64"],
      [{ precision: "float32", tolerance: 1e-6 }, Float32Array, "float32"],
    ] as const) {
      const result = await deconvolve(spatial, reference, options);
      expect(await proportionsOf(result)).toBeInstanceOf(kind);
      expect(result.parameters.precision).toBe(precision);
    }
  });

  it("gives the same bits again, and others with another seed", async () => {
    const { spatial, reference } = section;
    const first = await deconvolve(spatial, reference, { method: "flashdeconv", sketchDimension: 64 });
    const again = await deconvolve(spatial, reference, { method: "flashdeconv", sketchDimension: 64 });
    const other = await deconvolve(spatial, reference, {
      method: "flashdeconv",
      sketchDimension: 64,
      seed: 1,
    });
    expect(await proportionsOf(again)).toEqual(await proportionsOf(first));
    expect(await proportionsOf(other)).not.toEqual(await proportionsOf(first));
  });

  it("takes a signature in place of cells, with the same answer whatever the order of its types", async () => {
    const { spatial, reference } = section;
    const fromCells = await deconvolve(spatial, reference);
    const { names } = reference.cellTypes;
    const sums = new Map(names.map((name) => [name, new Float64Array(reference.geneNames.length)]));
    const counts = new Map(names.map((name) => [name, 0]));
    for await (const chunk of reference.counts.chunks()) {
      for (let row = 0; row < chunk.spotCount; row++) {
        const name = names[reference.cellTypes.codes[chunk.spotStart + row]];
        counts.set(name, (counts.get(name) as number) + 1);
        const sum = sums.get(name) as Float64Array;
        for (let i = chunk.indptr[row]; i < chunk.indptr[row + 1]; i++)
          sum[chunk.indices[i]] += chunk.values[i];
      }
    }
    const typeNames = [...names].reverse();
    const rows = typeNames.map((name) =>
      sums.get(name)!.map((value) => value / (counts.get(name) as number)),
    );
    const values = Float64Array.from(rows.flatMap((row) => [...row]));
    const cellCounts = Int32Array.from(typeNames, (name) => counts.get(name) as number);
    const signature = { typeNames, geneNames: reference.geneNames, values, cellCounts };
    const fromSignature = await deconvolve(spatial, signature);
    expect(fromSignature.typeNames).toEqual(fromCells.typeNames);
    expect(await proportionsOf(fromSignature)).toEqual(await proportionsOf(fromCells));
    expect(fromSignature.parameters.cell_counts).toEqual(fromCells.parameters.cell_counts);
    const { cellCounts: _, ...means } = signature;
    expect((await deconvolve(spatial, means)).parameters.cell_counts).toBeNull();
  });

  it.each(["counts", "normalized", "sketch", "statistics"] as const)(
    "feeds a solver of its own with %s",
    async (input) => {
      const seen: { kind: string; width: number; values: number }[] = [];
      const own: Solver<{ scale: number }> = {
        name: "own",
        coupling: "independent",
        input,
        resolveOptions: ({ scale = 1 } = {}) => ({ scale }),
        start: (reference, { scale }) => ({
          statWidth: 1,
          settings: { scale },
          summarize(rows, out) {
            seen.push({ kind: rows.kind, width: rows.width, values: reference.values.length });
            out.fill(1);
          },
          sweep(tile, abundance) {
            for (const spot of tile.spots) abundance.fill(scale, spot * 4, spot * 4 + 4);
            return { largestChange: 0 };
          },
        }),
      };
      const { spatial, reference } = section;
      const result = await deconvolve(spatial, reference, {
        solver: own as Solver,
        solverOptions: { scale: 3 },
        ...(input !== "counts" && { sketchDimension: 32 }),
      });
      const genes = (result.parameters.genes_used as string[]).length;
      const width = { counts: genes, normalized: genes, sketch: 32, statistics: 5 }[input];
      expect(seen[0]).toMatchObject({
        kind: input === "counts" || input === "normalized" ? "csr" : "dense",
        width,
      });
      expect(seen[0].values).toBe(4 * (input === "statistics" ? 4 : width));
      expect((await proportionsOf(result)).every((value) => value === 0.25)).toBe(true);
      expect(result.parameters).toMatchObject({
        solver: "own",
        solver_options: { scale: 3 },
        objective: null,
      });
    },
  );

  it("asks for coordinates only where the solver looks at neighbours", async () => {
    const { spatial, reference } = section;
    const blind = { ...spatial, readCoordinates: () => Promise.reject(new Error("no coordinates here")) };
    await expect(deconvolve(blind, reference)).rejects.toThrow("no coordinates here");
    const result = await deconvolve(blind, reference, { solver: nnls as Solver });
    expect(result.parameters).toMatchObject({ solver: "nnls", mean_degree: 0 });
  });

  it("carries a platform's lambda over to the scale at hand", async () => {
    const { spatial, reference } = section;
    const method = "flashdeconv";
    const article = { method, targetSum: 1e6, logBase: 2, platform: "visium" } as const;
    const there = await deconvolve(spatial, reference, article);
    expect(there.parameters.lambda_used).toBeCloseTo(Math.sqrt(1000 * 10_000), 6);
    const here = await deconvolve(spatial, reference, { method, platform: "visium" });
    expect(here.parameters.lambda_used).toBeLessThan(there.parameters.lambda_used as number);
  });

  it("tells each stage's progress to its end", async () => {
    const { spatial, reference } = section;
    const last = new Map<string, StageProgress>();
    await deconvolve(
      spatial,
      reference,
      {},
      { onProgress: (progress) => last.set(progress.stage, progress) },
    );
    expect([...last.keys()]).toEqual(STAGES);
    expect(last.get("reference")).toMatchObject({ done: 48, total: 48 });
    expect(last.get("types")).toMatchObject({ done: 4, total: 4 });
    for (const stage of ["graph", "genes", "score", "unexplained", "statistics", "refine"])
      expect(last.get(stage)).toMatchObject({ done: 150, total: 150 });
    expect(last.get("solve")?.estimate).toBeLessThan(1e-3);
  });

  it.each(STAGES)("stops in the stage %s with the signal's reason", async (stage) => {
    const { spatial, reference } = section;
    const controller = new AbortController();
    const reason = new Error("the user's own");
    const onProgress = (progress: StageProgress) => {
      if (progress.stage === stage) controller.abort(reason);
    };
    const run = deconvolve(
      spatial,
      reference,
      { tolerance: 1e-9 },
      { signal: controller.signal, onProgress },
    );
    await expect(run).rejects.toBe(reason);
  });
});

describe("accepted, with a notice", () => {
  it("one spot", async () => {
    const { spatial, reference } = await smallSection({ spotCount: 1 });
    const result = await deconvolve(spatial, reference);
    expect(codes(result.notices)).toContain("one-spot");
    expect(await proportionsOf(result)).toHaveLength(4);
  });

  it("fewer spots than neighbours asked for", async () => {
    const { spatial, reference } = await smallSection({ spotCount: 5 });
    const result = await deconvolve(spatial, reference);
    expect(codes(result.notices)).toContain("few-spots");
    expect(result.parameters.mean_degree).toBe(4);
  });

  it("one type, and few cells of it", async () => {
    const { spatial, reference } = await smallSection({ typeCount: 1, cellsPerType: 3 });
    const result = await deconvolve(spatial, reference);
    expect(codes(result.notices)).toEqual(expect.arrayContaining(["one-type", "few-cells"]));
    expect((await proportionsOf(result)).every((value) => value === 1)).toBe(true);
  });

  it("labels that name no type, cells without a label, duplicate genes, fewer genes than sketch dimensions", async () => {
    const { spatial, reference } = section;
    const names = reference.cellTypes.names.map((name, k) => (k === 0 ? "Unknown" : name));
    const unlabelled = reference.cellTypes.codes.slice();
    unlabelled[5] = -1;
    const genes = spatial.geneNames.slice();
    genes[3] = genes[2];
    const result = await deconvolve(
      { ...spatial, geneNames: genes },
      { ...reference, cellTypes: { codes: unlabelled, names } },
      { method: "flashdeconv" },
    );
    const told = [
      "uninformative-labels",
      "unlabelled-cells",
      "duplicate-genes-spatial",
      "fewer-genes-than-sketch",
    ];
    expect(codes(result.notices)).toEqual(expect.arrayContaining(told));
    expect(result.typeNames).toContain("Unknown");
  });

  it("spots without counts: NaN and a status, or equal proportions on request", async () => {
    const { spatial, reference } = await smallSection({ emptySpotFraction: 0.2 });
    const alone = await deconvolve(spatial, reference, {
      method: "flashdeconv",
      solverOptions: { lambda: 0 },
    });
    const empty = [...alone.statuses.keys()].filter((spot) => alone.statuses[spot] === 2);
    expect(empty.length).toBeGreaterThan(5);
    expect(codes(alone.notices)).toContain("spots-without-counts");
    const left = await proportionsOf(alone);
    for (const spot of empty) expect(left[spot * 4]).toBeNaN();
    const uniform = await deconvolve(spatial, reference, {
      method: "flashdeconv",
      solverOptions: { lambda: 0 },
      empty: "uniform",
    });
    const filled = await proportionsOf(uniform);
    for (const spot of empty)
      expect([...filled.subarray(spot * 4, spot * 4 + 4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    const smoothed = await deconvolve(spatial, reference, {
      method: "flashdeconv",
      solverOptions: { lambda: 500 },
    });
    expect(empty.every((spot) => smoothed.statuses[spot] === 1)).toBe(true);
  });

  it("a section without any count", async () => {
    const { spatial, reference, matrix } = section;
    const bare = {
      ...matrix,
      indptr: new Int32Array(151),
      indices: new Int32Array(0),
      values: new Float32Array(0),
    };
    const result = await deconvolve({ ...spatial, counts: memorySource(bare) }, reference);
    expect(codes(result.notices)).toContain("no-counts");
    expect(result.dominant.every((type) => type === -1)).toBe(true);
  });

  it("running out of sweeps", async () => {
    const { spatial, reference } = section;
    const result = await deconvolve(spatial, reference, {
      method: "flashdeconv",
      solverOptions: { lambda: 1e5 },
      maxSweeps: 3,
    });
    expect(codes(result.notices)).toContain("not-converged");
    expect(result.parameters.converged).toBe(false);
  });
});
