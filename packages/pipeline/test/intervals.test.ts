import { collect } from "@flashdeconv/core";
import { buildStream, nextUniform, startStream, streamKey } from "@flashdeconv/core/internal";
import { evaluateIntervals, simulateTissue } from "@flashdeconv/simulate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Deconvolution,
  type DeconvolveOptions,
  deconvolve,
  recombineTypes,
  type SectionSummary,
  solveSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import {
  BIN_STARTS,
  binOf,
  QUANTILES,
  THIRDS,
  writeBounds,
  writeScales,
} from "../src/stages/intervals/interval-bounds.js";
import { calibrationFacts, calibrationIn } from "../src/stages/keep/calibration-facts.js";
import { CellSampler } from "../src/stages/reference/sample-cells.js";
import { calibrate } from "../src/tuning/intervals/calibrate.js";
import { adaptCells, cellsByType } from "../src/tuning/intervals/cells-by-type.js";
import { addDisagreement, noDisagreement, widenedBy } from "../src/tuning/intervals/gene-halves.js";
import { drawPseudoTissue } from "../src/tuning/intervals/pseudo-tissue.js";
import { resampledReference } from "../src/tuning/intervals/resampled-reference.js";
import { storedTissue } from "./stored-tissue.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({
  spotCount: 900,
  geneCount: 400,
  typeCount: 5,
  depth: 150,
  cellsPerType: 20,
  seed: 2,
});
const stored = storedTissue(tissue);
const { section } = stored;
const tableOf = async ({ tables }: Deconvolution, name: string) => {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return (await collect(table.values)).values;
};
const boundsOf = async (result: Deconvolution) =>
  Promise.all([tableOf(result, "low"), tableOf(result, "high"), tableOf(result, "proportions")]);

async function run(options: Partial<DeconvolveOptions> = {}) {
  let summary: SectionSummary | undefined;
  const onSummary = (one: SectionSummary) => {
    summary = { ...one, statistics: (one.statistics as Float32Array).slice() };
  };
  const result = await deconvolve(
    await section(),
    tissue.reference,
    { intervals: true, ...options },
    { onSummary },
  );
  return { result, summary: summary as unknown as SectionSummary };
}

describe("intervals of a section", () => {
  it.each(["refined", "weighted", "poisson"] as const)(
    "by %s hold the truth about as often as they say",
    async (method) => {
      const { result } = await run({ method });
      const [low, high, estimate] = await boundsOf(result);
      for (const [i, value] of estimate.entries()) {
        expect(low[i]).toBeGreaterThanOrEqual(0);
        expect(low[i]).toBeLessThanOrEqual(value);
        expect(high[i]).toBeGreaterThanOrEqual(value - 1e-7);
        expect(high[i]).toBeLessThanOrEqual(1);
      }
      const truth = (await collect(tissue.truth)).values;
      const { coverage, coverageAbove, falsePresence, presenceRecall } = evaluateIntervals({
        estimate,
        low,
        high,
        truth,
      });
      expect(coverage).toBeGreaterThan(0.85);
      expect(coverage).toBeLessThan(0.99);
      expect(coverageAbove).toBeGreaterThan(0.83);
      expect(falsePresence).toBeLessThan(0.05);
      expect(presenceRecall).toBeGreaterThan(0.3);
      expect(result.parameters.intervals).toMatchObject({ presence_threshold: 0.02, amount: "rna" });
    },
  );

  it("are the same to the bit on threads and on scratch, and leave the proportions as they are", async () => {
    const { result } = await run();
    const alone = await boundsOf(result);
    const plain = await deconvolve(await section(), tissue.reference);
    expect(await tableOf(plain, "proportions")).toEqual(alone[2]);
    expect(plain.tables.map(({ name }) => name)).not.toContain("low");
    expect(plain.parameters.intervals).toBeNull();
    const executor = threadPool({ threadCount: 2, workerUrl });
    const scratch = await openScratchFolder(stored.folder);
    try {
      const onScratch = { scratch, windowBytes: 2 ** 20 };
      const options = { intervals: true, kernels: "typescript" } as const;
      const found = await deconvolve(await section(), tissue.reference, options, {
        executor,
        scratch: onScratch,
      });
      expect(await boundsOf(found)).toEqual(alone);
    } finally {
      await executor.close();
      await scratch.remove();
    }
  });

  it("come again from kept statistics, and from no others than they were found for", async () => {
    const { result, summary } = await run();
    const again = await solveSummary(summary, { intervals: true });
    expect(await boundsOf(again)).toEqual(await boundsOf(result));
    const refused = async (of: SectionSummary, input: object) =>
      (
        await Promise.resolve()
          .then(() => solveSummary(of, { intervals: true, ...input }))
          .catch((error) => error)
      ).message;
    expect(await refused(summary, { smoothing: 3 })).toMatch(/intervals.*found for a smoothing of/);
    expect(await refused(summary, { amount: "cells" })).toMatch(/intervals.*shares of rna/);
    expect(await refused(recombineTypes(summary, { drop: ["type_0"] }), {})).toMatch(/types as they were/);
    const { calibration: _, ...without } = summary;
    expect(await refused(without, {})).toMatch(/kept without them/);
    const other = await solveSummary(summary, {});
    expect(other.parameters.intervals).toBeNull();
  });

  it("are of cells where the proportions are", async () => {
    const { result } = await run({ amount: "cells" });
    const [low, high, estimate] = await boundsOf(result);
    expect(low.every((value, i) => value <= estimate[i] && estimate[i] <= high[i] + 1e-7)).toBe(true);
    expect(result.parameters.intervals).toMatchObject({ amount: "cells" });
  });

  it("are NaN, and said not to be given, where the reference does not describe the section", async () => {
    const { geneNames } = tissue.reference;
    const shifted = geneNames.map((_, g) => geneNames[(g + 57) % geneNames.length]);
    const result = await deconvolve(
      await section(),
      { ...tissue.reference, geneNames: shifted },
      { intervals: true },
    );
    expect(result.parameters.reference_score).toMatchObject({ level: "red" });
    const [low, high] = await boundsOf(result);
    expect([...low, ...high].every(Number.isNaN)).toBe(true);
    expect(result.notices.map(({ code }) => code)).toContain("no-intervals");
  });

  it("say of which types no cells were drawn", async () => {
    const { reference } = tissue;
    const few = {
      ...reference.cellTypes,
      codes: reference.cellTypes.codes.map((code, i) => (code === 1 && i % 4 > 0 ? -1 : code)),
    };
    const result = await deconvolve(await section(), { ...reference, cellTypes: few }, { intervals: true });
    const notice = result.notices.find(({ code }) => code === "intervals-without-cells");
    expect(notice?.message).toContain(reference.cellTypes.names[1]);
  });
});

describe("the scale and the bounds", () => {
  const rules = {
    information: Float64Array.of(0.5, 2, 0.1),
    strengths: { smoothing: 10, shrinkage: 2 },
    epsilon: 0.005,
    amount: "rna" as const,
  };

  it("shrinks with counts and with smoothing", () => {
    const [few, many] = [10, 1000].map((counts) => {
      const out = new Float64Array(3);
      writeScales(rules, Float64Array.of(0.2, 0.3, 0.5), { start: 0, counts }, out);
      return out;
    });
    for (let k = 0; k < 3; k++) expect(many[k]).toBeLessThan(few[k]);
  });

  it("bounds lie around the proportion and between 0 and 1, whatever the quantiles", () => {
    const size = BIN_STARTS.length * THIRDS * QUANTILES.length;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: size, maxLength: size }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (quantiles, proportions) => {
          const table = {
            scaleCuts: new Float64Array(BIN_STARTS.length * 2).fill(0.1),
            quantiles: Float64Array.from(quantiles),
          };
          const spot = {
            proportions: Float64Array.from(proportions),
            start: 0,
            scales: new Float64Array(proportions.length).fill(0.1),
          };
          const [low, high] = (["low", "high"] as const).map((bound) => {
            const out = new Float32Array(proportions.length);
            writeBounds(table, bound, spot, out);
            return out;
          });
          proportions.forEach((value, k) => {
            expect(low[k]).toBeGreaterThanOrEqual(0);
            expect(low[k]).toBeLessThanOrEqual(value);
            expect(high[k]).toBeGreaterThanOrEqual(Math.min(1, value) - 1e-7);
            expect(high[k]).toBeLessThanOrEqual(1);
          });
        },
      ),
    );
  });

  it("bins ascend with the proportion", () => {
    expect([0, 0.004, 0.01, 0.03, 0.07, 0.15, 0.3, 0.5, 1].map(binOf)).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 6]);
  });
});

describe("the calibration", () => {
  it("finds the quantiles of errors that are known", () => {
    const stream = buildStream();
    startStream(stream, streamKey(1, 1), 0);
    const spotCount = 20_000;
    const truth = Float64Array.from({ length: spotCount }, () => 0.5 + 0.4 * nextUniform(stream));
    const rules = {
      information: Float64Array.of(1),
      strengths: { smoothing: 0, shrinkage: 0 },
      epsilon: 0.005,
      amount: "rna" as const,
    };
    const depths = new Float64Array(spotCount).fill(100);
    // Errors are even between -.1 and .1, the scale is .1.
    const estimate = truth.map((value) => value + 0.2 * nextUniform(stream) - 0.1);
    const { quantiles } = calibrate([{ estimate, truth, depths }], rules);
    const [q05, q10, q95] = quantiles.subarray((BIN_STARTS.length - 1) * THIRDS * QUANTILES.length);
    expect(q05).toBeCloseTo(-0.9, 1);
    expect(q10).toBeCloseTo(-0.8, 1);
    expect(q95).toBeCloseTo(0.9, 1);
  });

  it("comes back from the parameters that hold it", async () => {
    const { summary } = await run();
    const { calibration } = summary;
    if (!calibration) throw new Error("none");
    const facts = { intervals: calibrationFacts(calibration) };
    expect(calibrationIn(facts, 5)).toEqual(calibration);
    expect(calibrationIn(facts, 4)).toBeUndefined();
    expect(calibrationIn({ intervals: null }, 5)).toBeUndefined();
  });

  it("widens where halves of the genes disagree more than they should, and never narrows", () => {
    const estimate = new Float64Array(500).fill(0.3);
    const [section, tissues] = [noDisagreement(), noDisagreement()];
    addDisagreement(section, estimate, [new Float64Array(500).fill(0.2), new Float64Array(500).fill(0.4)]);
    addDisagreement(tissues, estimate, [new Float64Array(500).fill(0.25), new Float64Array(500).fill(0.35)]);
    expect(widenedBy(section, tissues)[5]).toBeCloseTo(2, 10);
    expect(widenedBy(tissues, section)[5]).toBe(1);
    expect(widenedBy(section, tissues)[0]).toBe(1);
  });
});

describe("a tissue that is made up", () => {
  const sampler = () => new CellSampler();
  const chunk = {
    kind: "csr" as const,
    spotStart: 0,
    spotCount: 40,
    width: 3,
    indptr: Int32Array.from({ length: 41 }, (_, i) => 2 * i),
    indices: Int32Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? Math.floor(i / 40) % 2 : 2)),
    values: Float64Array.from({ length: 80 }, (_, i) => 1 + (i % 5)),
  };
  const codes = Int32Array.from({ length: 40 }, (_, cell) => (cell < 20 ? 0 : 1));

  it("draws the same cells however they are read", () => {
    const whole = sampler();
    whole.add(chunk, codes);
    const parts = sampler();
    for (const start of [0, 13, 29]) {
      const end = start === 29 ? 40 : start === 13 ? 29 : 13;
      const from = chunk.indptr[start];
      parts.add(
        {
          ...chunk,
          spotStart: start,
          spotCount: end - start,
          indptr: chunk.indptr.slice(start, end + 1).map((at) => at - from),
          indices: chunk.indices.slice(from, chunk.indptr[end]),
          values: chunk.values.slice(from, chunk.indptr[end]),
        },
        codes,
      );
    }
    expect(parts.finish(3, (code) => code)).toEqual(whole.finish(3, (code) => code));
  });

  it("has the depths and proportions that it is asked for, and other ones for another seed", () => {
    const kept = sampler();
    kept.add(chunk, codes);
    const cells = cellsByType(
      kept.finish(3, (code) => code),
      ["a", "b"],
      ["a", "b"],
    );
    const profiles = Float64Array.of(0.5, 0, 0.5, 0, 0.5, 0.5);
    const spotCount = 3000;
    const request = {
      proportions: Float64Array.from({ length: 2 * spotCount }, (_, i) => (i % 2 === 0 ? 0.7 : 0.3)),
      depths: new Float64Array(spotCount).fill(80),
      profiles,
      cells: adaptCells(cells, new Float64Array(6).fill(1)),
      cellsPerSpot: 5,
      overdispersion: 0.2,
      seed: 1,
    };
    const { truth, counts } = drawPseudoTissue(request);
    const mean = Float64Array.from(counts.values).reduce((sum, count) => sum + count, 0) / spotCount;
    expect(Math.abs(mean - 80)).toBeLessThan(1.5);
    let [first, squares] = [0, 0];
    for (let spot = 0; spot < spotCount; spot++) {
      first += truth[2 * spot] / spotCount;
      squares += (truth[2 * spot] - 0.7) ** 2 / spotCount;
    }
    expect(first).toBeCloseTo(0.7, 1);
    // As of five cells.
    expect(squares).toBeCloseTo((0.7 * 0.3) / 5, 2);
    expect(drawPseudoTissue(request).counts).toEqual(counts);
    expect(drawPseudoTissue({ ...request, seed: 2 }).counts.values).not.toEqual(counts.values);
  });

  it("resamples the reference's cells: whole sums, and no change where their number is not known", () => {
    const signature = {
      typeNames: ["a", "b"],
      geneNames: ["x", "y", "z"],
      values: Float64Array.of(3, 0, 2, 0, 3, 2),
    };
    const found = resampledReference(signature, Float64Array.of(20, 0), undefined, 1);
    expect(found.values.subarray(3)).toEqual(signature.values.subarray(3));
    for (const mean of found.values.subarray(0, 3)) expect(20 * mean).toBeCloseTo(Math.round(20 * mean), 9);
    expect(found.values[1]).toBe(0);
    expect(resampledReference(signature, Float64Array.of(20, 0), undefined, 2).values).not.toEqual(
      found.values,
    );
  });
});
