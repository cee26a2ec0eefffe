import { OptionError } from "@flashdeconv/core";
import { poisson } from "@flashdeconv/solver-poisson";
import { describe, expect, it } from "vitest";

const reference = {
  typeNames: ["A", "B"],
  width: 3,
  values: Float64Array.of(9, 1, 0, 2, 8, 0),
  gram: new Float64Array(4),
};
const context = { spotCount: 1, meanDegree: 0 };

describe("options", () => {
  it.each([
    ["overdispersion", -1],
    ["overdispersion", Number.NaN],
    ["overdispersion", "0.1"],
    ["meanDepth", 0],
    ["lambda", 3],
  ])("refuse %s = %s and say what they take", (option, value) => {
    const resolve = () => poisson.resolveOptions({ [option]: value });
    expect(resolve).toThrow(OptionError);
    expect(resolve).toThrow(/number|overdispersion, meanDepth/);
  });
});

describe("rows", () => {
  const session = poisson.start(reference, poisson.resolveOptions(), context);
  const row = (counts: readonly number[]) => ({
    kind: "csr" as const,
    spotStart: 0,
    spotCount: 1,
    width: 3,
    indptr: Int32Array.of(0, counts.length),
    indices: Int32Array.from(counts, (_, gene) => gene),
    values: Float32Array.from(counts),
  });

  it("that are not counts of these genes are refused", () => {
    const out = new Float64Array(3);
    const dense = {
      kind: "dense" as const,
      spotStart: 0,
      spotCount: 1,
      width: 3,
      values: new Float64Array(3),
    };
    expect(() => session.summarize(dense, out)).toThrow(/found dense rows of width 3, expected sparse rows/);
    expect(() => session.summarize({ ...row([1]), width: 5 }, out)).toThrow(/width 5/);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("with %s in them are refused", (value) => {
    expect(() => session.summarize(row([1, value]), new Float64Array(3))).toThrow(/spot number 0/);
  });

  it.each([
    ["nothing", []],
    ["zeros that are stored", [0, 0, 0]],
    ["counts of a gene that no type expresses", [0, 0, 4]],
  ])("of %s have no answer, and a finite one", (_, counts) => {
    const statistics = new Float64Array(3);
    session.summarize(row(counts), statistics);
    const abundance = new Float64Array(2);
    const tile = {
      spots: Int32Array.of(0),
      statistics,
      indptr: Int32Array.of(0, 0),
      indices: new Int32Array(0),
      relaxation: 1,
    };
    expect(session.sweep(tile, abundance)).toEqual({ largestChange: 0 });
    expect([...abundance]).toEqual([0, 0]);
  });

  it("of very many counts, and of a single one, are fitted", () => {
    for (const counts of [[1], [0, 1], [1e7, 3e7], [2, 1e6]]) {
      const statistics = new Float64Array(3);
      session.summarize(row(counts), statistics);
      expect([...statistics].every(Number.isFinite)).toBe(true);
    }
  });
});
