import { OptionError } from "@flashdeconv/core";
import { resolveSimulationOptions, SIMULATION_DEFAULTS, simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";

describe("resolveSimulationOptions", () => {
  it("fills in the defaults and leaves the caller's object alone", () => {
    const input = Object.freeze({ spotCount: 5, depth: undefined });
    expect(resolveSimulationOptions(input)).toEqual({ ...SIMULATION_DEFAULTS, spotCount: 5 });
    expect(resolveSimulationOptions()).toEqual(SIMULATION_DEFAULTS);
    expect(Object.isFrozen(resolveSimulationOptions(input))).toBe(true);
  });

  it.each([
    ["spotCount", 0],
    ["spotCount", 2.5],
    ["geneCount", 0],
    ["typeCount", -1],
    ["depth", 0],
    ["depth", Number.NaN],
    ["depth", Number.POSITIVE_INFINITY],
    ["emptySpotFraction", 1.1],
    ["overdispersion", -0.1],
    ["rareTypeFraction", -1],
    ["layout", "striped"],
    ["borderWidth", -1],
    ["borderWidth", 21],
    ["missingTypeCount", -1],
    ["missingTypeCount", 8],
    ["shuffleCoordinates", 1],
    ["seed", -1],
    ["seed", 2 ** 32],
    ["spotsPerChunk", 0],
    ["cellsPerType", "50"],
  ])("refuses %s = %s and says what it must be", (option, value) => {
    let thrown: unknown;
    try {
      simulateTissue({ [option]: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OptionError);
    expect(thrown).toMatchObject({ option, value });
    expect((thrown as OptionError).rule).toMatch(/number|smooth|true/);
  });

  it.each([
    [{ borderWidth: 2 }, "borderWidth"],
    [{ layout: "rough", borderWidth: 2 }, "borderWidth"],
    [{ typeCount: 1, rareTypeFraction: 0.1 }, "rareTypeFraction"],
    [{ markerFraction: 0, markerFold: 8 }, "markerFold"],
  ] as const)("refuses what would be ignored: %j", (input, option) => {
    expect(() => resolveSimulationOptions(input)).toThrow(new RegExp(`option ${option}: .*nothing without`));
  });

  it("refuses a name it does not know and lists those it does", () => {
    for (const name of ["spotcount", "constructor"]) {
      expect(() => resolveSimulationOptions({ [name]: 3 } as object)).toThrow(
        /Choose among spotCount, geneCount/,
      );
    }
  });
});
