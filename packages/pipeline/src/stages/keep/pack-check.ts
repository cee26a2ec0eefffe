import type { CountCheck, CountFault, CountFaultKind } from "@flashdeconv/normalize";
import { packSum, unpackSum } from "./pack-sums.js";

export interface CheckFacts {
  readonly spotCount: number;
  readonly emptySpotCount: number;
  readonly nonzeroCount: number;
  readonly faultKinds: readonly CountFaultKind[];
}

/** What a check of counts found, as arrays and plain facts; `unpackCheck` gives the same numbers to the bit. */
export function packCheck(check: CountCheck): {
  readonly facts: CheckFacts;
  readonly arrays: Record<string, Float64Array>;
} {
  const faults = [...check.faults.values()];
  const total = packSum(check.total);
  return {
    facts: {
      spotCount: check.spotCount,
      emptySpotCount: check.emptySpotCount,
      nonzeroCount: check.nonzeroCount,
      faultKinds: faults.map(({ kind }) => kind),
    },
    arrays: {
      totalPlaces: total.places,
      totalSums: total.sums,
      // JSON knows no infinity, and a value may be one.
      max: Float64Array.of(check.max),
      rowTotals: Float64Array.of(check.leastTotal, check.greatestTotal),
      faults: Float64Array.from(
        faults.flatMap(({ valueCount, spot, gene, value }) => [valueCount, spot, gene, value]),
      ),
    },
  };
}

export function unpackCheck(
  { spotCount, emptySpotCount, nonzeroCount, faultKinds }: CheckFacts,
  { totalPlaces, totalSums, max, rowTotals, faults }: Readonly<Record<string, Float64Array>>,
): CountCheck {
  // Earlier versions kept none: then they are as far apart as can be, which says nothing.
  const [leastTotal, greatestTotal] = rowTotals ?? [0, Number.POSITIVE_INFINITY];
  const found = faultKinds.map((kind, i): [CountFaultKind, CountFault] => {
    const [valueCount, spot, gene, value] = faults.subarray(4 * i, 4 * i + 4);
    return [kind, { kind, valueCount, spot, gene, value }];
  });
  return {
    spotCount,
    emptySpotCount,
    nonzeroCount,
    max: max[0],
    leastTotal,
    greatestTotal,
    total: unpackSum(1, totalPlaces, totalSums),
    faults: new Map(found),
  };
}
