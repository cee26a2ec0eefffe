import { existsSync } from "node:fs";
import { collect, memorySource } from "@flashdeconv/core";
import { evaluateProportions, simulateTissue } from "@flashdeconv/simulate";
import { poissonWith } from "@flashdeconv/solver-poisson";
import { weighted } from "@flashdeconv/solver-weighted";
import { describe, expect, it } from "vitest";
import {
  type Deconvolution,
  type DeconvolveOptions,
  deconvolve,
  type Parameters,
  type SectionSummary,
  solveSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { proportionsOf } from "./proportions-of.js";
import { smallSection, spatialFrom, withValue } from "./small-section.js";
import { storedTissue } from "./stored-tissue.js";

const METHODS = ["refined", "poisson"] as const;
const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({ spotCount: 2500, geneCount: 500, typeCount: 8, depth: 100 });
const stored = storedTissue(tissue);
const { section } = stored;

describe("methods that refine", () => {
  it("are nearer to the truth than least squares alone", async () => {
    const deep = simulateTissue({
      spotCount: 400,
      geneCount: 1000,
      typeCount: 12,
      typesPerSpot: 6,
      depth: 1000,
      platformEffect: 0.5,
      overdispersion: 0.5,
      baselineVariation: 1,
      typeVariation: 0.7,
      markerFraction: 0.25,
      markerFold: 12,
      seed: 4,
    });
    const truth = (await collect(deep.truth)).values;
    const spatial = spatialFrom(
      await collect(deep.counts),
      deep.geneNames,
      Float64Array.from((await collect(deep.coordinates)).values),
    );
    const rmse = async (method: DeconvolveOptions["method"]) => {
      const result = await deconvolve(spatial, deep.reference, { method });
      expect(result.parameters).toMatchObject({ method, solver: method, genes: "all", converged: true });
      return evaluateProportions(await proportionsOf(result), truth, 12).rmse;
    };
    const least = await rmse("weighted");
    expect(await rmse("refined")).toBeLessThan(0.92 * least);
    expect(await rmse("poisson")).toBeLessThan(0.92 * least);
  });

  it("are as near as least squares where a spot has a handful of counts", async () => {
    const { spatial, reference, truth } = await smallTissue({ depth: 4, spotCount: 900 });
    const rmse = async (method: DeconvolveOptions["method"]) =>
      evaluateProportions(await proportionsOf(await deconvolve(spatial, reference, { method })), truth, 8)
        .rmse;
    expect(await rmse("refined")).toBeLessThan(1.02 * (await rmse("weighted")));
  });

  it("find a type that few spots hold at least as well as least squares, at the same strength", async () => {
    const { spatial, reference, truth } = await smallTissue({
      depth: 200,
      spotCount: 1600,
      geneCount: 1500,
      rareTypeFraction: 0.02,
      typeVariation: 0.7,
      seed: 3,
    });
    const aupr = async (method: DeconvolveOptions["method"], smoothing: number) => {
      const found = await deconvolve(spatial, reference, { method, smoothing });
      return evaluateProportions(await proportionsOf(found), truth, 8).rarestTypeAupr;
    };
    expect(await aupr("refined", 30)).toBeGreaterThan((await aupr("weighted", 40)) - 0.005);
  });

  it("say by how many steps, which follow from the strength and the depth alone", async () => {
    const { spatial, reference } = await smallSection({ depth: 300 });
    const stepsOf = async (smoothing: number | "none", method: DeconvolveOptions["method"] = "refined") => {
      const { parameters, notices } = await deconvolve(spatial, reference, { method, smoothing });
      const steps = parameters.refining_steps;
      const told = notices.some(({ code }) => code === "not-refined");
      expect(told).toBe(steps === undefined && method === "refined");
      return steps;
    };
    expect(await stepsOf("none")).toBe("one or two");
    expect(await stepsOf(50)).toBe("one");
    expect(await stepsOf(250)).toBeUndefined();
    expect(await stepsOf(50, "poisson")).toBe("all");
    expect(await stepsOf(50, "weighted")).toBeUndefined();
  });

  it.each(METHODS)(
    "%s: the same bits for other chunks, on scratch, with threads and kernels",
    async (method) => {
      const options = { method, smoothing: 6 } as const;
      const matrix = await collect(tissue.counts);
      const coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
      const wanted = await deconvolve(await section(), tissue.reference, options);
      const proportions = await proportionsOf(wanted);
      const check = async (found: Deconvolution) => {
        expect(await proportionsOf(found)).toEqual(proportions);
        expect(found.parameters).toEqual(wanted.parameters);
      };
      const spatial = {
        ...spatialFrom(matrix, tissue.geneNames, coordinates),
        counts: memorySource(matrix, { spotsPerChunk: 7 }),
      };
      await check(await deconvolve(spatial, tissue.reference, options));
      await check(await deconvolve(spatial, tissue.reference, { ...options, kernels: "typescript" }));
      const onScratch = async (threads: object) => {
        const scratch = await openScratchFolder(stored.folder);
        const use = { ...threads, scratch: { scratch, windowBytes: 64 * 2 ** 20 } };
        await check(await deconvolve(await section(), tissue.reference, options, use));
        await scratch.remove();
      };
      await onScratch({});
      const executor = existsSync(workerUrl) ? threadPool({ threadCount: 2, workerUrl }) : undefined;
      try {
        if (executor) {
          await check(await deconvolve(await section(), tissue.reference, options, { executor }));
          await onScratch({ executor });
        }
      } finally {
        await executor?.close();
      }
    },
  );

  it.each(METHODS)("%s: its summary is solved again to the bit, and otherwise", async (method) => {
    const { spatial, reference } = await smallSection();
    for (const smoothing of [3, "none", "auto"] as const) {
      const kept: SectionSummary[] = [];
      const options = { method, smoothing };
      const first = await deconvolve(spatial, reference, options, { onSummary: (s) => void kept.push(s) });
      expect(kept[0].input).toBe("weighted-counts");
      const again = await solveSummary(kept[0]);
      expect(await proportionsOf(again)).toEqual(await proportionsOf(first));
      expect(again.parameters).toEqual(first.parameters);
      if (smoothing === "none") continue;
      const other = await solveSummary(kept[0], { smoothing: 41 });
      expect(await proportionsOf(other)).not.toEqual(await proportionsOf(first));
    }
  });

  it("give spots without counts what their neighbours say, or nothing", async () => {
    const empty = await smallSection({ spotCount: 100, emptySpotFraction: 0.2 });
    const { statuses } = await deconvolve(empty.spatial, empty.reference, { smoothing: 5 });
    expect(new Set(statuses)).toEqual(new Set([0, 1]));
    const alone = await deconvolve(empty.spatial, empty.reference, { smoothing: "none" });
    expect(new Set(alone.statuses)).toEqual(new Set([0, 2]));
  });

  it("choose the smoothing of another solver of counts too", async () => {
    const { spatial, reference } = await smallSection({ spotCount: 900, depth: 100 });
    const solver = { ...poissonWith(weighted), name: "counts-of-mine" };
    const { parameters } = await deconvolve(spatial, reference, { solver, smoothing: "auto" });
    expect(parameters.smoothing_used).toBeGreaterThan(0);
    expect((parameters.smoothing_curve as Parameters).strength).toContain(parameters.smoothing_used);
    expect(parameters).toMatchObject({ method: null, solver: "counts-of-mine" });
  });

  it.each<[Partial<DeconvolveOptions>, RegExp]>([
    [{ method: "poisson", preprocess: "raw" }, /nothing with { method: "poisson" }/],
    [{ method: "poisson", solverOptions: { lambda: 3 } }, /lambda: found 3.*{ method: "flashdeconv" }/],
    [{ preprocess: "raw" }, /nothing with { method: "refined" }, the default/],
    [{ likelihood: "always" } as never, /option likelihood/],
  ])("refuse %j", async (options, message) => {
    const { spatial, reference } = await smallSection();
    await expect(async () => deconvolve(spatial, reference, options)).rejects.toThrow(message);
  });

  it.each(METHODS)("%s: refuses negative values", async (method) => {
    const small = await smallSection();
    const negative = withValue(small, 3, -2);
    await expect(async () => deconvolve(negative, small.reference, { method })).rejects.toThrow(/-2 in spot/);
  });
});

async function smallTissue(options: NonNullable<globalThis.Parameters<typeof simulateTissue>[0]>) {
  const made = simulateTissue({ geneCount: 500, typeCount: 8, ...options });
  const coordinates = Float64Array.from((await collect(made.coordinates)).values);
  const spatial = spatialFrom(await collect(made.counts), made.geneNames, coordinates);
  return { spatial, reference: made.reference, truth: (await collect(made.truth)).values };
}
