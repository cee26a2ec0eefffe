import type { CsrChunk } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import type { Problem } from "../src/contracts/problem.js";
import { chooseSmoothing } from "../src/tuning/choose-smoothing.js";
import type { SmoothingTrial } from "../src/tuning/held-out-trial.js";
import { meanOf } from "../src/tuning/search-strength.js";
import { countJudge, spotLosses } from "../src/tuning/spot-losses.js";

const SPOTS = 400;

/** Losses of the spots around a mean; what differs from curve to curve differs by `spread` in half of the spots each way. */
const around = (mean: number, spread = 0) =>
  Float64Array.from({ length: SPOTS }, (_, i) => mean + (i % 7) + (i % 2 === 0 ? spread : -spread));

/** A parabola on a logarithmic scale, `least` at `best` and 10 more at 0. */
const curve = (best: number, least: number) => (strength: number) =>
  strength === 0 ? least + 10 : least + Math.min(8, Math.log2(strength / best) ** 2);

interface Case {
  readonly neighbors: (strength: number) => number;
  readonly tissue?: (strength: number) => number;
  /** As `tissue`, without the noise of the reference's means. */
  readonly exact?: (strength: number) => number;
  readonly shuffled?: (strength: number) => number;
  /** How much the spots differ between the ways to draw them together. */
  readonly spread?: number;
}

function trialOf({ neighbors, tissue, exact = tissue, shuffled, spread = 0 }: Case) {
  const asked: number[] = [];
  const trial: SmoothingTrial = {
    spotCount: SPOTS,
    candidates: [2, 5, 10, 20, 40],
    shrinkages: tissue && [1, 2, 4, 8, 16],
    lossesOf: async ({ smoothing, shrinkage }, judging) => {
      if (judging === "exact" && exact) return around(exact(shrinkage));
      return tissue && shrinkage > 0 ? around(tissue(shrinkage), spread) : around(neighbors(smoothing));
    },
    lossesWhenShuffled: async ({ smoothing }) => {
      asked.push(smoothing);
      if (!shuffled) throw new Error("shuffled coordinates were tried");
      return around(shuffled(smoothing));
    },
    lossOfTruth: async () => 0,
  };
  return { trial, asked };
}

describe("chooseSmoothing", () => {
  it("smooths where neighbours leave less error than the section as a whole, without trying shuffled coordinates", async () => {
    const { trial } = trialOf({ neighbors: curve(20, 3), tissue: curve(4, 6) });
    expect(await chooseSmoothing(trial)).toMatchObject({ smoothing: 20, shrinkage: 0 });
  });

  it("smooths too where neighbours are significantly better by less than 3 % of the error", async () => {
    const { trial } = trialOf({ neighbors: curve(20, 3), tissue: curve(4, 3.05) });
    expect(await chooseSmoothing(trial)).toMatchObject({ smoothing: 20, shrinkage: 0 });
  });

  it("draws towards the section as a whole where that leaves less error", async () => {
    const { trial } = trialOf({ neighbors: curve(20, 6), tissue: curve(4, 3) });
    expect(await chooseSmoothing(trial)).toMatchObject({ smoothing: 0, shrinkage: 4 });
  });

  it("chooses the strength of shrinkage without the noise of the reference's means, by which nothing else is chosen", async () => {
    const { trial } = trialOf({ neighbors: curve(20, 6), tissue: curve(8, 3), exact: curve(2, 1) });
    const choice = await chooseSmoothing(trial);
    expect(choice).toMatchObject({ smoothing: 0, shrinkage: 2 });
    expect([...(choice.exactTissue?.strengths ?? [])]).toEqual([...(choice.tissue?.strengths ?? [])]);
    const smooth = trialOf({ neighbors: curve(20, 3), tissue: curve(8, 6), exact: curve(2, 1) });
    expect(await chooseSmoothing(smooth.trial)).toMatchObject({ smoothing: 20, shrinkage: 0 });
  });

  it("settles a tie by shuffled coordinates, with the strength that would be chosen", async () => {
    const tie = { neighbors: curve(20, 3), tissue: curve(4, 3.01), spread: 1 };
    const better = trialOf({ ...tie, shuffled: curve(20, 5) });
    expect(await chooseSmoothing(better.trial)).toMatchObject({ smoothing: 20, shrinkage: 0 });
    expect(better.asked).toEqual([20]);
    const same = trialOf({ ...tie, shuffled: curve(20, 3) });
    expect(await chooseSmoothing(same.trial)).toMatchObject({ smoothing: 0, shrinkage: 4 });
  });

  it("chooses nothing where spots drawn together are only worse", async () => {
    const { trial } = trialOf({ neighbors: (strength) => 1 + strength, tissue: (strength) => 1 + strength });
    expect(await chooseSmoothing(trial)).toMatchObject({ smoothing: 0, shrinkage: 0 });
  });

  it("judges a solver that cannot shrink against shuffled coordinates at their best", async () => {
    const neighbors = curve(20, 3);
    const alike = trialOf({ neighbors, shuffled: curve(10, 3.01) });
    expect(await chooseSmoothing(alike.trial)).toMatchObject({ smoothing: 0, shrinkage: 0 });
    const apart = trialOf({ neighbors, shuffled: curve(10, 5) });
    expect(await chooseSmoothing(apart.trial)).toMatchObject({
      smoothing: 20,
      shrinkage: 0,
      shuffledLoss: meanOf(around(5)),
    });
  });
});

describe("the judge of counts", () => {
  /** Counts of two genes, each that of one type alone. */
  const rows = (...counts: [number, number][]): CsrChunk => ({
    kind: "csr",
    spotStart: 0,
    spotCount: counts.length,
    width: 2,
    indptr: Int32Array.from({ length: counts.length + 1 }, (_, i) => 2 * i),
    indices: Int32Array.from({ length: 2 * counts.length }, (_, i) => i % 2),
    values: Float64Array.from(counts.flat()),
  });
  const problem = {
    scale: "weighed counts",
    signature: { typeNames: ["a", "b"], geneNames: ["g", "h"], values: Float64Array.of(1, 0, 0, 1) },
    statistics: { gram: Float64Array.of(2, 0, 0, 3), projection: Float64Array.of(2, 0, 0, 3) },
  } as unknown as Problem;

  it("leaves spots out whose fitted half has no counts: what they get is their neighbours' alone", () => {
    const met = countJudge(problem, 2, { first: rows([3, 1], [1, 2]), second: rows([2, 2], [1, 1]) });
    const more = countJudge(problem, 4, {
      first: rows([3, 1], [0, 0], [1, 2], [0, 0]),
      second: rows([2, 2], [9, 0], [1, 1], [0, 0]),
    });
    const losses = spotLosses(Float64Array.of(0.5, 0.5, 0.2, 0.8, 0.5, 0.5, 1, 0), more, 2);
    expect([...losses].map((loss) => loss === 0)).toEqual([false, true, false, true]);
    // The mean over all four spots, of which two count.
    expect(more.truth).toBeCloseTo((met.truth as number) / 2, 12);
    expect(losses[0]).toBeCloseTo(spotLosses(Float64Array.of(0.5, 0.5, 0.5, 0.5), met, 2)[0], 12);
  });
});
