import type { Piece } from "../../contracts/checkpoint.js";
import type { DepthSums } from "../../contracts/depth-sums.js";
import type { SurveyPart } from "../../contracts/tasks.js";
import { type CheckFacts, packCheck, unpackCheck } from "../keep/pack-check.js";
import { packSum, unpackSum } from "../keep/pack-sums.js";
import { buildDepthSums } from "./depth-sums.js";

interface SurveyFacts extends CheckFacts {
  readonly geneCount: number;
  /** Which totals by depth there are; null where none were wanted. */
  readonly doublings: readonly number[] | null;
}

/** What a survey of some spots found, as arrays and plain facts; `unpackSurvey` gives the same numbers to the bit. */
export function packSurvey({ moments, check, sample, depths }: SurveyPart): Piece {
  const { facts: checkFacts, arrays: checkArrays } = packCheck(check);
  const facts: SurveyFacts = {
    ...checkFacts,
    geneCount: moments.geneCount,
    doublings: depths ? doublingsOf(depths) : null,
  };
  const moment = packSum(moments.sums);
  return {
    facts,
    arrays: {
      momentPlaces: moment.places,
      momentSums: moment.sums,
      ...checkArrays,
      sampleCounts: sample.rowCounts,
      sampleGenes: sample.genes,
      sampleValues: sample.values,
      sampleOthers: sample.others,
      ...(depths && packDepths(depths)),
    },
  };
}

export function unpackSurvey({ facts, arrays }: Piece): SurveyPart {
  const { geneCount, doublings, ...checkFacts } = facts as SurveyFacts;
  const { momentPlaces, momentSums } = arrays as Record<string, Float64Array>;
  const check = unpackCheck(checkFacts, arrays as Record<string, Float64Array>);
  const sums = unpackSum(3 * geneCount, momentPlaces, momentSums);
  return {
    moments: { geneCount, spotCount: check.spotCount, sums },
    check,
    sample: {
      rowCounts: arrays.sampleCounts as Int32Array,
      genes: arrays.sampleGenes as Int32Array,
      values: arrays.sampleValues as Float64Array,
      others: arrays.sampleOthers as Float64Array,
    },
    ...(doublings && { depths: unpackDepths(geneCount, doublings, arrays as Record<string, Float64Array>) }),
  };
}

function doublingsOf({ totals }: DepthSums): number[] {
  return [...totals.keys()].filter((doubling) => totals[doubling] !== undefined);
}

function packDepths(depths: DepthSums) {
  const doublings = doublingsOf(depths);
  const totals = new Float64Array(depths.geneCount * doublings.length);
  for (const [i, doubling] of doublings.entries())
    totals.set(depths.totals[doubling] as Float64Array, i * depths.geneCount);
  return { depthSpotCounts: depths.spotCounts, depthCounts: depths.depths, depthTotals: totals };
}

function unpackDepths(
  geneCount: number,
  doublings: readonly number[],
  { depthSpotCounts, depthCounts, depthTotals }: Record<string, Float64Array>,
): DepthSums {
  const empty = buildDepthSums(geneCount);
  const totals = empty.totals.map((_, doubling) => {
    const i = doublings.indexOf(doubling);
    return i < 0 ? undefined : depthTotals.slice(i * geneCount, (i + 1) * geneCount);
  });
  return { geneCount, spotCounts: depthSpotCounts, depths: depthCounts, totals };
}
