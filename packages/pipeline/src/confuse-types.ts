import type { TypeConfusion } from "./contracts/confusion.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { OpenProblem } from "./find-problem.js";
import { narrowHalves } from "./stages/reference/half-cells.js";
import { narrow } from "./stages/survey/narrow-sample.js";
import { type MeasureControl, measureConfusion } from "./tuning/types/measure-confusion.js";

/** Which types are mistaken for each other in a section, tried at the depths of its sample; undefined without single cells. */
export async function confusionIn(
  { problem, data, aligned }: Pick<OpenProblem, "problem" | "data" | "aligned">,
  { platformCorrection }: Pick<DeconvolveOptions, "platformCorrection">,
  control: MeasureControl,
): Promise<TypeConfusion | undefined> {
  if (!aligned.halves) return undefined;
  const { indptr, indices, values, spotCount, width } = narrow(data.counts, problem.genes);
  const depths = new Float64Array(spotCount);
  const bulk = new Float64Array(width);
  for (let row = 0; row < spotCount; row++) {
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      depths[row] += values[i];
      bulk[indices[i]] += values[i];
    }
  }
  const types = {
    halves: narrowHalves(aligned.halves, problem.genes),
    typeNames: aligned.signature.typeNames,
  };
  return measureConfusion(types, { depths, bulk, isOneChemistry: !platformCorrection }, control);
}
