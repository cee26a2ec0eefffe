import { keepAnswered, type NamedProportions } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";

const table = (spotNames: string[], rows: number[][], typeNames = ["A", "B"]): NamedProportions => ({
  spotNames,
  typeNames,
  values: Float64Array.from(rows.flat()),
});

describe("keepAnswered", () => {
  it("leaves the spots that the other answers, in their own order", () => {
    const own = table(
      ["s3", "s1", "s2", "s4"],
      [
        [0.1, 0.9],
        [0.2, 0.8],
        [0.3, 0.7],
        [0.4, 0.6],
      ],
    );
    const other = table(["s1", "s2", "s3"], [[1], [Number.NaN], [1]], ["C"]);
    expect(keepAnswered(own, other)).toEqual(
      table(
        ["s3", "s1"],
        [
          [0.1, 0.9],
          [0.2, 0.8],
        ],
      ),
    );
  });

  it("keeps a spot's own missing answer, and refuses a name that the other has twice", () => {
    const own = table(["s1"], [[Number.NaN, Number.NaN]]);
    expect(keepAnswered(own, table(["s1"], [[1]], ["C"]))).toEqual(own);
    expect(() => keepAnswered(own, table(["s1", "s1"], [[1], [1]], ["C"]))).toThrow(/"s1" 2 times/);
  });

  it("refuses results without a spot in common", () => {
    expect(() => keepAnswered(table(["a"], [[0, 1]]), table(["b"], [[0, 1]]))).toThrow(
      /spots to compare.*spots that both results answer.*named the same way/,
    );
  });
});
