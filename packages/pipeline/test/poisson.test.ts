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

const poisson: Partial<DeconvolveOptions> = { method: "poisson" };
const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({ spotCount: 2500, geneCount: 500, typeCount: 8, depth: 100 });
const stored = storedTissue(tissue);
const { section } = stored;

const codesOf = ({ notices }: Deconvolution) => notices.map(({ code }) => code);

describe("the method poisson", () => {
  it("tells which fit predicted held-back counts better, takes that one, and is no worse for it", async () => {
    const truth = (await collect(tissue.truth)).values;
    const run = async (options: Partial<DeconvolveOptions>) =>
      deconvolve(await section(), tissue.reference, options);
    const rmse = async (result: Deconvolution) =>
      evaluateProportions(await proportionsOf(result), truth, 8).rmse;
    const chosen = await run(poisson);
    const always = await run({ ...poisson, likelihood: "always" });
    const leastSquares = await run({ method: "weighted" });
    const { parameters } = chosen;
    const loss = parameters.held_out_deviance as Parameters;
    const isUsed = (loss.least_squares as number) - (loss.likelihood as number) > 2 * (loss.error as number);
    expect(parameters).toMatchObject({ method: "poisson", genes: "all", preprocess: null, sketch_dim: null });
    expect(parameters.likelihood_used).toBe(isUsed);
    expect(parameters.solver).toBe(isUsed ? "poisson" : "weighted");
    expect(codesOf(chosen)).toContain(isUsed ? "likelihood-used" : "likelihood-not-used");
    const same = isUsed ? always : leastSquares;
    expect(await proportionsOf(chosen)).toEqual(await proportionsOf(same));
    expect(parameters.smoothing_used).toBe(same.parameters.smoothing_used);
    expect(always.parameters).toMatchObject({ solver: "poisson", likelihood_used: true });
    expect((always.parameters.smoothing_curve as Parameters).strength).toContain(0);
    expect(await rmse(always)).toBeLessThan(1.03 * (await rmse(leastSquares)));
    expect(await proportionsOf(always)).not.toEqual(await proportionsOf(leastSquares));
  });

  it("gives the same bits for other chunks, on scratch and with threads, whichever fit it takes", async () => {
    const matrix = await collect(tissue.counts);
    const coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
    const executor = existsSync(workerUrl) ? threadPool({ threadCount: 2, workerUrl }) : undefined;
    try {
      for (const options of [poisson, { ...poisson, likelihood: "always" as const }]) {
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
        const scratch = await openScratchFolder(stored.folder);
        const use = { scratch: { scratch, windowBytes: 64 * 2 ** 20 } };
        await check(await deconvolve(await section(), tissue.reference, options, use));
        await scratch.remove();
        if (executor) await check(await deconvolve(await section(), tissue.reference, options, { executor }));
      }
    } finally {
      await executor?.close();
    }
  });

  it("compares at a given strength, and its summary is solved again to the bit", async () => {
    const { spatial, reference } = await smallSection();
    for (const smoothing of [3, "none"] as const) {
      const kept: SectionSummary[] = [];
      const options = { ...poisson, smoothing, likelihood: "always" as const };
      const first = await deconvolve(spatial, reference, options, { onSummary: (s) => void kept.push(s) });
      expect(kept[0].input).toBe("counts");
      const again = await solveSummary(kept[0], {
        smoothing,
        solverOptions: { overdispersion: first.parameters.overdispersion },
      });
      expect(await proportionsOf(again)).toEqual(await proportionsOf(first));
      const { parameters } = await deconvolve(spatial, reference, { ...poisson, smoothing });
      expect(parameters.smoothing_used).toBe(smoothing === "none" ? 0 : 3);
      expect(parameters.held_out_deviance).toBeDefined();
      expect(parameters.smoothing_curve).toBeUndefined();
    }
  });

  it("has the smoothing chosen for another solver of counts too", async () => {
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
    [{ method: "poisson", likelihood: "never" as "auto" }, /"auto", "always"/],
    [{ method: "weighted", likelihood: "always" }, /Leave it out, or take { method: "poisson" }/],
    [
      { likelihood: "always" },
      /the default: it has no such option. Leave it out, or add { method: "poisson" }/,
    ],
  ])("refuses %j", async (options, message) => {
    const { spatial, reference } = await smallSection();
    await expect(async () => deconvolve(spatial, reference, options)).rejects.toThrow(message);
  });

  it("refuses negative values", async () => {
    const small = await smallSection();
    await expect(async () => deconvolve(withValue(small, 3, -2), small.reference, poisson)).rejects.toThrow(
      /-2 in spot/,
    );
  });
});
