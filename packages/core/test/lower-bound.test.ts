import fc from "fast-check";
import { expect, test } from "vitest";
import { lowerBound } from "../src/lower-bound.js";

test("is where the first number stands that is not less", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: -1, max: 10 }), (list, value) => {
      const sorted = Float64Array.from(list).sort();
      const first = sorted.findIndex((one) => one >= value);
      expect(lowerBound(sorted, value)).toBe(first < 0 ? sorted.length : first);
    }),
  );
});
