import fc from "fast-check";
import { expect, it } from "vitest";
import {
  buildOrderedSum,
  finishOrderedSum,
  mergeOrderedSum,
  ORDERED_SUM_BLOCK,
  type OrderedSum,
  orderedSumAt,
} from "../src/internal.js";

const value = (spot: number) => Math.sin(spot) * 10 ** (spot % 7);

function sumOf(start: number, end: number): OrderedSum {
  const sum = buildOrderedSum(2);
  for (let spot = start; spot < end; spot++) {
    const sums = orderedSumAt(sum, spot);
    sums[0] += value(spot);
    sums[1] += 1;
  }
  return sum;
}

function joined(left: OrderedSum, right: OrderedSum): OrderedSum {
  mergeOrderedSum(left, right);
  return left;
}

it("gives the same bits for any split at block boundaries, and the right total", () => {
  const spotCount = 9 * ORDERED_SUM_BLOCK + 123;
  const whole = finishOrderedSum(sumOf(0, spotCount));
  expect(whole[1]).toBe(spotCount);
  const cutLists = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });
  fc.assert(
    fc.property(cutLists, fc.boolean(), (cuts, rightFirst) => {
      const edges = [
        0,
        ...cuts.toSorted((a, b) => a - b).map((block) => block * ORDERED_SUM_BLOCK),
        spotCount,
      ];
      const parts = edges.slice(1).map((end, i) => sumOf(edges[i], end));
      // Merging from the right and from the left must agree: the tree is over block numbers, not over merges.
      const merged = rightFirst
        ? parts.reduceRight((right, left) => joined(left, right))
        : parts.reduce(joined);
      expect(finishOrderedSum(merged)).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

it("starts at 0 and can continue after it was read", () => {
  const sum = buildOrderedSum(1);
  expect([...finishOrderedSum(sum)]).toEqual([0]);
  orderedSumAt(sum, 0)[0] += 2;
  expect([...finishOrderedSum(sum)]).toEqual([2]);
  orderedSumAt(sum, ORDERED_SUM_BLOCK)[0] += 3;
  expect([...finishOrderedSum(sum)]).toEqual([5]);
});
