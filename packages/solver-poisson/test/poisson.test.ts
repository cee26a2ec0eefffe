import { type ChunkSource, type CsrChunk, collect } from "@flashdeconv/core";
import { evaluateProportions, type SimulatedTissue, simulateTissue } from "@flashdeconv/simulate";
import { resolveSolveOptions, type StatArray, solve } from "@flashdeconv/solver";
import { type PoissonOptions, poisson } from "@flashdeconv/solver-poisson";
import { describe, expect, it } from "vitest";
import { buildCountLikelihood } from "../src/count-likelihood.js";
import { buildCountFit, fitCounts } from "../src/fit-counts.js";

async function deconvolved(
  tissue: SimulatedTissue,
  options: Partial<PoissonOptions>,
  Storage: typeof Float32Array | typeof Float64Array = Float64Array,
): Promise<Float64Array> {
  const { typeNames, geneNames, spotCount, reference } = tissue;
  const { values } = reference.signature;
  const signature = {
    typeNames,
    width: geneNames.length,
    values,
    gram: new Float64Array(typeNames.length ** 2),
  };
  const session = poisson.start(signature, poisson.resolveOptions(options), { spotCount, meanDegree: 0 });
  const statistics: StatArray = new Storage(spotCount * session.statWidth);
  for await (const chunk of (tissue.counts as ChunkSource<CsrChunk>).chunks()) {
    session.summarize(chunk, statistics.subarray(chunk.spotStart * session.statWidth));
  }
  const graph = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
  const input = { typeCount: typeNames.length, statistics, graph };
  const { abundance } = await solve(poisson, session, input, resolveSolveOptions());
  return abundance;
}

/** Rows divided by their sums: those of overdispersed fits are near 1 only. */
function sharesOf(abundance: Float64Array, typeCount: number): Float64Array {
  const totals = new Float64Array(abundance.length / typeCount);
  for (let i = 0; i < abundance.length; i++) totals[Math.floor(i / typeCount)] += abundance[i];
  return abundance.map((amount, i) => amount / totals[Math.floor(i / typeCount)]);
}

describe("poisson", () => {
  it("gives the fit of each spot, as proportions that sum to about one, from single precision too", async () => {
    const tissue = simulateTissue({ spotCount: 60, geneCount: 300, typeCount: 6, depth: 400, seed: 5 });
    const proportions = await deconvolved(tissue, {});
    const single = await deconvolved(tissue, {}, Float32Array);
    const fit = buildCountFit(
      buildCountLikelihood(tissue.reference.signature.values, 6, { meanDepth: 400, overdispersion: 0 }),
    );
    const { indptr, indices, values } = await collect(tissue.counts);
    for (let spot = 0; spot < 60; spot++) {
      fitCounts(fit, { indices, values, start: indptr[spot], end: indptr[spot + 1] });
      let depth = 0;
      for (let i = indptr[spot]; i < indptr[spot + 1]; i++) depth += values[i];
      let total = 0;
      for (let k = 0; k < 6; k++) {
        const found = proportions[spot * 6 + k];
        expect(Math.abs(found - fit.abundance[k] / depth)).toBeLessThan(1e-7);
        expect(Math.abs(found - single[spot * 6 + k])).toBeLessThan(1e-5);
        total += found;
      }
      // The likelihood's own property: fitted counts sum to the counts.
      expect(Math.abs(total - 1)).toBeLessThan(1e-6);
    }
  });

  it("finds the composition of simulated tissue", async () => {
    const tissue = simulateTissue({ spotCount: 200, geneCount: 800, typeCount: 8, depth: 2000, seed: 1 });
    const truth = (await collect(tissue.truth)).values;
    expect(evaluateProportions(await deconvolved(tissue, {}), truth, 8).pearson).toBeGreaterThan(0.97);
  });

  it("is better off knowing of overdispersion where spots are deep", async () => {
    const options = { spotCount: 150, geneCount: 600, typeCount: 8, depth: 5000, seed: 3 } as const;
    const tissue = simulateTissue({ ...options, overdispersion: 1 });
    const truth = (await collect(tissue.truth)).values;
    const scores = async (known: Partial<PoissonOptions>) =>
      evaluateProportions(sharesOf(await deconvolved(tissue, known), 8), truth, 8);
    const plain = await scores({});
    const aware = await scores({ overdispersion: 1, meanDepth: 5000 });
    expect(aware.meanPearsonPerType).toBeGreaterThan(plain.meanPearsonPerType + 0.02);
    expect(aware.rmse).toBeLessThan(0.9 * plain.rmse);
  });
});
