import { describe, expect, it } from "vitest";
import { tellSpot } from "../src/controls/composition.js";

const spot = (proportions: readonly number[], largest?: number) => ({
  ...{ name: "spot", proportions, largest, low: undefined, high: undefined },
  columns: [{ name: "counts", value: 12 }],
});

describe("what is told of a spot", () => {
  it("is its largest types, and no doubt where all is as it was written", () => {
    for (const largest of [undefined, 1]) {
      expect(tellSpot(spot([0.3, 0.6999, 0.0001], largest))).toMatchObject({
        rows: [
          { type: 1, share: 0.6999 },
          { type: 0, share: 0.3 },
        ],
        facts: ["12 counts"],
      });
    }
    expect(tellSpot(spot([Number.NaN, Number.NaN])).facts).toEqual(["no answer", "12 counts"]);
  });

  it("says where shares were lost, and where they were changed since the maps were made", () => {
    expect(tellSpot(spot([0.3, 0.59, 0], 1)).facts[0]).toBe(
      "the shares add up to 89 %: a part of the result was lost or changed",
    );
    expect(tellSpot(spot([0.7, 0.3], 1)).facts[0]).toBe(
      "the shares were changed since the map of largest types was made",
    );
    // A tie, as single precision may break it either way.
    expect(tellSpot(spot([0.50001, 0.49999], 1)).facts).toEqual(["12 counts"]);
  });
});
