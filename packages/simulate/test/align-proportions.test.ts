import { alignProportions, type NamedProportions } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";

const table = (spotNames: string[], typeNames: string[], rows: number[][]): NamedProportions => ({
  spotNames,
  typeNames,
  values: Float64Array.from(rows.flat()),
});

describe("alignProportions", () => {
  it("matches rows and columns by name, in the estimate's order of spots and the truth's of types", () => {
    const estimate = table(
      ["s1", "s2"],
      ["B", "A"],
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    );
    const truth = table(
      ["s2", "s1"],
      ["A", "B"],
      [
        [0.7, 0.3],
        [0, 1],
      ],
    );
    expect(alignProportions(estimate, truth)).toEqual({
      spotNames: ["s1", "s2"],
      typeNames: ["A", "B"],
      estimate: Float64Array.of(0.1, 0.9, 0.8, 0.2),
      truth: Float64Array.of(0, 1, 0.7, 0.3),
      notices: [],
    });
  });

  it("leaves out spots, and counts types as 0, that a side lacks, and says so", () => {
    const estimate = table(
      ["s1", "s2"],
      ["A", "C"],
      [
        [0.4, 0.6],
        [1, 0],
      ],
    );
    const truth = table(
      ["s2", "s3", "s4"],
      ["A", "B"],
      [
        [0.5, 0.5],
        [0, 1],
        [1, 0],
      ],
    );
    const aligned = alignProportions(estimate, truth);
    expect(aligned.spotNames).toEqual(["s2"]);
    expect(aligned.typeNames).toEqual(["A", "B", "C"]);
    expect(aligned.estimate).toEqual(Float64Array.of(1, 0, 0));
    expect(aligned.truth).toEqual(Float64Array.of(0.5, 0.5, 0));
    expect(aligned.notices.map(({ code }) => code)).toEqual([
      "spots-only-in-result",
      "spots-only-in-truth",
      "types-only-in-truth",
      "types-only-in-result",
    ]);
    expect(aligned.notices[0].message).toContain("1 of 2");
    expect(aligned.notices[1].message).toContain("2 of 3");
    expect(aligned.notices[2].message).toContain('"B"');
  });

  it.each<[string, "result" | "truth", string[], string[]]>([
    ["spots", "result", ["s1", "s2", "s1"], ["A"]],
    ["spots", "truth", ["s1", "s2", "s1"], ["A"]],
    ["cell types", "result", ["s1"], ["A", "s1", "A", "s1", "s1"]],
    ["cell types", "truth", ["s1"], ["A", "s1", "A", "s1", "s1"]],
  ])("refuses repeated %s in the %s, and names them", (what, side, spots, types) => {
    const repeated = table(spots, types, [Array(spots.length * types.length).fill(0.5)]);
    const plain = table(["s1"], ["A"], [[1]]);
    const align = () =>
      side === "result" ? alignProportions(repeated, plain) : alignProportions(plain, repeated);
    expect(align).toThrow(
      new RegExp(`names of ${what} in the ${side}: found .*more than once: .*"s1" [23] times`),
    );
  });

  it("says what to do about repeated types, which is not what to do about spots", () => {
    const plain = table(["s1"], ["A"], [[1]]);
    const twice = table(["s1"], ["A", "A"], [[0.5, 0.5]]);
    expect(() => alignProportions(twice, plain)).toThrow(/each name once\. Add up the columns of one type/);
    const spots = table(["s1", "s1"], ["A"], [[1], [1]]);
    expect(() => alignProportions(spots, plain)).toThrow(
      /Make the names unique, for instance by the section/,
    );
  });

  it("names types that differ only by letter case or blanks, whether or not others are shared", () => {
    const estimate = table(["s1"], ["t cells", "B", "NK"], [[0.5, 0.2, 0.3]]);
    const truth = table(["s1"], ["T cells ", "B", "nk"], [[0.5, 0.2, 0.3]]);
    const { notices } = alignProportions(estimate, truth);
    expect(notices.at(-1)?.code).toBe("types-differ-by-case");
    expect(notices.at(-1)?.message).toMatch(
      /: "t cells" and "T cells ", "NK" and "nk"\. .*same way on both sides/,
    );
    const none = () => alignProportions(table(["s1"], ["NK"], [[1]]), table(["s1"], ["nk"], [[1]]));
    expect(none).toThrow(/names of cell types: found none shared.*blanks: "NK" and "nk"\./);
  });

  it("refuses tables without a common spot or type, showing names", () => {
    const one = table(["AAAC-1"], ["Neuron"], [[1]]);
    expect(() => alignProportions(one, table(["AAAC"], ["Neuron"], [[1]]))).toThrow(
      /names of spots: .*"AAAC-1".*"AAAC"/,
    );
    expect(() => alignProportions(one, table(["AAAC-1"], ["neuron"], [[1]]))).toThrow(
      /names of cell types: .*"Neuron".*"neuron"/,
    );
  });
});
