import type { OrderedSum } from "@flashdeconv/core/internal";
import type { CountFault, CountFaultKind } from "@flashdeconv/normalize";
import type { Piece } from "../../contracts/checkpoint.js";
import type { DepthSums } from "../../contracts/depth-sums.js";
import type { SurveyPart } from "../../contracts/tasks.js";
import { buildDepthSums } from "./depth-sums.js";

interface SurveyFacts {
  readonly geneCount: number;
  readonly spotCount: number;
  readonly emptySpotCount: number;
  readonly nonzeroCount: number;
  readonly faultKinds: readonly CountFaultKind[];
  /** Which totals by depth there are; null where none were wanted. */
  readonly doublings: readonly number[] | null;
}

/** What a survey of some spots found, as arrays and plain facts; `unpackSurvey` gives the same numbers to the bit. */
export function packSurvey({ moments, check, sample, depths }: SurveyPart): Piece {
  const faults = [...check.faults.values()];
  const facts: SurveyFacts = {
    geneCount: moments.geneCount,
    spotCount: check.spotCount,
    emptySpotCount: check.emptySpotCount,
    nonzeroCount: check.nonzeroCount,
    faultKinds: faults.map(({ kind }) => kind),
    doublings: depths ? doublingsOf(depths) : null,
  };
  const moment = packSum(moments.sums);
  const total = packSum(check.total);
  return {
    facts,
    arrays: {
      momentPlaces: moment.places,
      momentSums: moment.sums,
      totalPlaces: total.places,
      totalSums: total.sums,
      // JSON knows no infinity, and a value may be one.
      max: Float64Array.of(check.max),
      rowTotals: Float64Array.of(check.leastTotal, check.greatestTotal),
      faults: Float64Array.from(
        faults.flatMap(({ valueCount, spot, gene, value }) => [valueCount, spot, gene, value]),
      ),
      sampleCounts: sample.rowCounts,
      sampleGenes: sample.genes,
      sampleValues: sample.values,
      ...(depths && packDepths(depths)),
    },
  };
}

export function unpackSurvey({ facts, arrays }: Piece): SurveyPart {
  const { geneCount, spotCount, emptySpotCount, nonzeroCount, faultKinds, doublings } = facts as SurveyFacts;
  const { momentPlaces, momentSums, totalPlaces, totalSums, max, rowTotals, faults } = arrays as Record<
    string,
    Float64Array
  >;
  // Earlier versions kept none: then they are as far apart as can be, which says nothing.
  const [leastTotal, greatestTotal] = rowTotals ?? [0, Number.POSITIVE_INFINITY];
  const found = faultKinds.map((kind, i): [CountFaultKind, CountFault] => {
    const [valueCount, spot, gene, value] = faults.subarray(4 * i, 4 * i + 4);
    return [kind, { kind, valueCount, spot, gene, value }];
  });
  return {
    moments: { geneCount, spotCount, sums: unpackSum(3 * geneCount, momentPlaces, momentSums) },
    check: {
      spotCount,
      emptySpotCount,
      nonzeroCount,
      max: max[0],
      leastTotal,
      greatestTotal,
      total: unpackSum(1, totalPlaces, totalSums),
      faults: new Map(found),
    },
    sample: {
      rowCounts: arrays.sampleCounts as Int32Array,
      genes: arrays.sampleGenes as Int32Array,
      values: arrays.sampleValues as Float64Array,
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

/** Level, index and whether it is open, of each node; their sums one after the other. */
function packSum({ width, nodes, open }: OrderedSum) {
  const all = open ? [...nodes, open] : nodes;
  const places = new Float64Array(3 * all.length);
  const sums = new Float64Array(width * all.length);
  for (const [i, node] of all.entries()) {
    places.set([node.level, node.index, node === open ? 1 : 0], 3 * i);
    sums.set(node.sums, width * i);
  }
  return { places, sums };
}

function unpackSum(width: number, places: Float64Array, sums: Float64Array): OrderedSum {
  const all = Array.from({ length: places.length / 3 }, (_, i) => ({
    level: places[3 * i],
    index: places[3 * i + 1],
    sums: sums.slice(width * i, width * (i + 1)),
  }));
  const isOpen = places.at(-1) === 1;
  return { width, nodes: isOpen ? all.slice(0, -1) : all, open: isOpen ? all.at(-1) : undefined };
}
