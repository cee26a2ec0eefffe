import { OptionError, ShapeError } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import {
  type GeneMoments,
  type GeneSelectionOptions,
  leverageScores,
  resolveGeneSelectionOptions,
  selectGenes,
  signatureSubset,
} from "../src/index.js";

const moments: GeneMoments = {
  spotCount: 5,
  mean: Float64Array.of(1, 1.5, 2, 2.5),
  variance: Float64Array.of(1, 1, 1, 4),
  rawTotal: Float64Array.of(1, 1, 1, 1),
};
const signature = {
  typeNames: ["a", "b"],
  geneNames: ["w", "x", "y", "z"],
  values: Float64Array.of(5, 3, 1, 1, 1, 2, 6, 1),
};

describe("selectGenes", () => {
  it("is the union of both lists, ascending, with the leverage of its genes", () => {
    const selection = selectGenes(moments, signature, {
      highlyVariableCount: 1,
      markersPerType: 1,
      binCount: 1,
    });
    expect([...selection.highlyVariable]).toEqual([3]);
    expect([...selection.markers]).toEqual([0, 2]);
    expect([...selection.genes]).toEqual([0, 2, 3]);
    expect(selection.leverage).toEqual(leverageScores(signatureSubset(signature, selection.genes)));
    expect(Object.isFrozen(selection)).toBe(true);
    expect(structuredClone(selection)).toEqual(selection);
  });

  it("refuses moments of other genes", () => {
    const other = { ...signature, geneNames: ["w"], values: Float64Array.of(1, 2) };
    expect(() => selectGenes(moments, other)).toThrow(/moments of 4 genes, expected the 1 gene/);
  });

  it("refuses to select nothing", () => {
    const empty = { ...signature, values: new Float64Array(8) };
    expect(() => selectGenes(moments, empty, { highlyVariableCount: 0 })).toThrow(ShapeError);
  });
});

describe("resolveGeneSelectionOptions", () => {
  it("fills in the defaults", () => {
    expect(resolveGeneSelectionOptions()).toEqual({
      highlyVariableCount: 2000,
      markersPerType: 50,
      binCount: 20,
      minimumMean: 0.0125,
      maximumMean: 3,
      minimumDispersion: 0.5,
    });
    expect(resolveGeneSelectionOptions({ markersPerType: 0, binCount: undefined })).toEqual({
      ...resolveGeneSelectionOptions(),
      markersPerType: 0,
    });
  });

  it.each([
    ["highlyVariableCount", { highlyVariableCount: -1 }],
    ["highlyVariableCount", { highlyVariableCount: 1.5 }],
    ["highlyVariableCount", { highlyVariableCount: 0, markersPerType: 0 }],
    ["markersPerType", { markersPerType: Number.NaN }],
    ["binCount", { binCount: 0 }],
    ["minimumMean", { minimumMean: "1" }],
    ["maximumMean", { maximumMean: Number.NaN }],
    ["maximumMean", { minimumMean: 2, maximumMean: 1 }],
    ["minimumDispersion", { minimumDispersion: null }],
  ])("refuses a bad %s: %j", (option, options) => {
    const resolve = () => resolveGeneSelectionOptions(options as Partial<GeneSelectionOptions>);
    expect(resolve).toThrow(OptionError);
    expect(resolve).toThrow(`option ${option}`);
  });

  it("speaks through every function that takes options", () => {
    expect(() => selectGenes(moments, signature, { binCount: 0 })).toThrow(OptionError);
  });
});
