import { evaluateProportions, type NamedProportions, normalizeRows } from "@flashdeconv/simulate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const table = (rows: number[][]): NamedProportions => ({
  spotNames: rows.map((_, i) => `s${i}`),
  typeNames: rows[0].map((_, k) => `t${k}`),
  values: Float64Array.from(rows.flat()),
});

const codesOf = (rows: number[][]) => normalizeRows(table(rows), "truth").notices.map(({ code }) => code);

describe("normalizeRows", () => {
  it("leaves proportions as they are, to the bit, also those of single precision", () => {
    const rows = [
      [0.1, 0.2, 0.7],
      [Math.fround(0.1), Math.fround(0.2), Math.fround(0.7)],
      [0.3333, 0.3333, 0.3333],
    ];
    const { table: found, normalizedCount, notices } = normalizeRows(table(rows), "truth");
    expect(found).toEqual(table(rows));
    expect({ normalizedCount, notices }).toEqual({ normalizedCount: 0, notices: [] });
  });

  it("makes the same proportions of percent and of abundances, and says from what", () => {
    const shares = [
      [0.25, 0.75],
      [0.5, 0.5],
    ];
    const percent = normalizeRows(table(shares.map((row) => row.map((share) => 100 * share))), "truth");
    expect(percent.table).toEqual(table(shares));
    expect(percent.normalizedCount).toBe(2);
    expect(percent.notices).toEqual([
      {
        code: "truth-normalized",
        message:
          "2 of 2 rows of the truth do not sum to 1 (sums from 100 to 100): each was divided by its sum.",
      },
    ]);
    const cells = normalizeRows(
      table([
        [1, 3],
        [4, 4],
      ]),
      "result",
    );
    expect(cells.table.values).toEqual(percent.table.values);
    expect(cells.notices[0].code).toBe("result-normalized");
    expect(cells.notices[0].message).toContain("from 4 to 8");
  });

  it("never lets the divergence exceed its greatest value", () => {
    const row = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(row, row, (a, b) => {
        const values = [a, b].map((given) => normalizeRows(table([given]), "truth").table.values);
        const { jensenShannonDivergence: found, spotCount } = evaluateProportions(values[0], values[1], 3);
        if (spotCount > 0) expect(found).toBeLessThanOrEqual(Math.LN2 * (1 + 1e-12));
      }),
    );
  });

  it("rows of zeros or with NaN say nothing of their spot, which is told", () => {
    const rows = [
      [0, 0],
      [0.5, Number.NaN],
      [Number.NaN, Number.NaN],
      [1, 0],
    ];
    const { table: found, notices } = normalizeRows(table(rows), "truth");
    expect([...found.values]).toEqual([...Array(6).fill(Number.NaN), 1, 0]);
    expect(notices.map(({ message }) => message)).toEqual([
      "1 of 4 rows of the truth are all 0: these spots are left out.",
      "2 of 4 rows of the truth hold NaN: these spots are left out.",
    ]);
    expect(codesOf([[1, 0]])).toEqual([]);
  });

  it.each([-0.01, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "refuses %f and says where",
    (value) => {
      expect(() =>
        normalizeRows(
          table([
            [0.5, 0.5, 0],
            [0.4, value, 0.6],
          ]),
          "truth",
        ),
      ).toThrow(new RegExp(`values of the truth: found ${value} for the spot "s1" and the type "t1"`));
    },
  );

  it("changes nothing of what it was given", () => {
    const given = table([[2, 2]]);
    normalizeRows(given, "truth");
    expect(given).toEqual(table([[2, 2]]));
  });
});

it.each<[string, number[]]>([
  ["percent", [25, 75]],
  ["a negative value", [-0.5, 1.5]],
])("evaluateProportions refuses %s on either side", (_, row) => {
  const good = Float64Array.of(0.5, 0.5);
  expect(() => evaluateProportions(Float64Array.from(row), good, 2)).toThrow(
    /estimate of spot 0: .*normalizeRows/,
  );
  expect(() => evaluateProportions(good, Float64Array.from(row), 2)).toThrow(
    /truth of spot 0: .*normalizeRows/,
  );
});
