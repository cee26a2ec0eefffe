import type { ReferenceSignature } from "@flashdeconv/core";
import { countedGenes } from "@flashdeconv/select-genes/internal";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RunContext } from "../../contracts/run-context.js";
import { SURVEYED_EXPRESSION } from "../../runtime/sample-size.js";
import type { CountOptions } from "../reference/require-counts.js";
import { type Survey, type SurveyRequest, surveyRanges, surveySpots } from "./survey-spots.js";
import { surveyedRanges } from "./surveyed-ranges.js";

export interface SectionSurvey extends SurveyRequest {
  /** Whether a part of the section may stand for it. */
  readonly mayBePart: boolean;
  /** The reference over the same genes. */
  readonly shared: ReferenceSignature;
}

/**
 * The first pass over the section: over a part of it where that may be and says enough, else over all of it, as if there had been no
 * part.
 */
export async function surveySection(
  spatial: SpatialInput,
  { mayBePart, shared, ...wanted }: SectionSurvey,
  options: CountOptions,
  run: RunContext,
): Promise<Survey> {
  const summed = mayBePart ? surveyedRanges(spatial.counts.spotCount) : undefined;
  if (summed) {
    const survey = await surveyRanges(spatial, { ...wanted, summed, mayBeLeft: true }, options, run);
    if (saysEnough(countedGenes(survey.moments, shared), shared)) return survey;
  }
  return surveySpots(spatial, { ...wanted, mayBeLeft: summed === undefined }, options, run);
}

/**
 * Whether the genes that a part of the section has counts of hold nearly all that each type of the reference expresses, and are as many as
 * the types. Then none of the others decides, and no type has all its counts in genes that were missed.
 */
export function saysEnough(genes: Int32Array, { typeNames, geneNames, values }: ReferenceSignature): boolean {
  const { length } = geneNames;
  return (
    genes.length >= typeNames.length &&
    typeNames.every((_, k) => {
      const row = values.subarray(k * length, (k + 1) * length);
      const total = row.reduce((sum, value) => sum + value, 0);
      return genes.reduce((sum, gene) => sum + row[gene], 0) >= SURVEYED_EXPRESSION * total;
    })
  );
}
