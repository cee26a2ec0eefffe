import type { CsrChunk } from "@flashdeconv/core";
import { resolveSolveOptions, solve } from "@flashdeconv/solver";
import {
  type CountModel,
  estimateOverdispersion,
  summarizeCounts,
  weighted,
} from "@flashdeconv/solver-weighted";

/** Fits the sample's spots one by one, with the weights of Poisson counts, and looks at what is left. */
export async function overdispersionOf(sample: CsrChunk, model: CountModel): Promise<number> {
  return estimateOverdispersion(sample, await fitAlone(sample, model), model.profiles, model.typeCount);
}

/** Fits spots one by one, without neighbours: N x K abundances. */
export async function fitAlone(sample: CsrChunk, { typeCount, gram, projection }: CountModel) {
  const { spotCount } = sample;
  const statistics = new Float64Array(spotCount * (typeCount + 1));
  summarizeCounts(sample, projection, typeCount, statistics);
  const typeNames = Array.from({ length: typeCount }, (_, k) => String(k));
  const session = weighted.start(
    { typeNames, width: typeCount, values: gram, gram },
    weighted.resolveOptions({ smoothing: 0 }),
    { spotCount, meanDegree: 0 },
  );
  const graph = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
  const { abundance } = await solve(
    weighted,
    session,
    { typeCount, statistics, graph },
    resolveSolveOptions(),
  );
  return abundance;
}
