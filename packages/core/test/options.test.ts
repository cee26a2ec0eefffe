import { describe, expect, it } from "vitest";
import { OptionError } from "../src/index.js";
import {
  anObject,
  checkedOptions,
  checkOption,
  defaultsOf,
  number,
  type OptionTable,
  oneOf,
  optional,
  optionSchema,
  type ValueKind,
  wholeNumber,
  wordsOr,
  yesOrNo,
} from "../src/internal.js";

const NUMBERS = [-1, 0, 0.5, 1, 2, 3, 1.5];
const NEVER = [Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined, {}, []];

describe("what values an option takes", () => {
  it.each<[string, ValueKind, readonly unknown[], readonly unknown[]]>([
    ['one of "a", 2', oneOf("a", 2), ["a", 2], ["b", "2", 3, ...NEVER]],
    ["true or false", yesOrNo(), [true, false], ["true", 0, ...NEVER]],
    ["a number", number(), NUMBERS, NEVER],
    ["a number of at least 0", number({ least: 0 }), [0, 0.5, 3], [-1e-9, ...NEVER]],
    ["a number above 0 and below 1", number({ above: 0, below: 1 }), [0.5], [0, 1, ...NEVER]],
    ["a number of at most 1", number({ most: 1 }), [-1, 1], [1.5, ...NEVER]],
    ["a whole number from 1 to 3", wholeNumber({ least: 1, most: 3 }), [1, 2, 3], [0, 1.5, 4, ...NEVER]],
    [
      '"auto", "none" or a number of at least 0',
      wordsOr(["auto", "none"], number({ least: 0 })),
      ["auto", "none", 0, 2],
      [-1, "automatic", ...NEVER],
    ],
    ["a number above 0", optional(number({ above: 0 })), [1, undefined], [0, "1", null]],
    ["a solver", anObject("a solver"), [{}, []], ["bcd", 1, null, undefined]],
  ])("%s", (rule, kind, good, bad) => {
    const spec = { kind, default: undefined, meaning: "" };
    expect(kind.rule).toBe(rule);
    for (const value of good) expect(() => checkOption("x", spec, value), String(value)).not.toThrow();
    for (const value of bad) expect(() => checkOption("x", spec, value), String(value)).toThrow(OptionError);
    if (bad.length > 0) expect(() => checkOption("x", spec, bad[0])).toThrow(`expected ${rule}.`);
  });
});

interface Some {
  readonly kind: "a" | "b";
  readonly count: number;
  readonly unit?: string;
}
const SOME: OptionTable<Some> = {
  kind: { kind: oneOf("a", "b"), default: "a", meaning: "which" },
  count: { kind: wholeNumber({ least: 1 }), default: 3, meaning: "how many" },
  unit: { kind: optional(oneOf("mm")), default: undefined, meaning: "of what" },
};

describe("a table of options", () => {
  it("fills in defaults, for undefined too, and leaves out what it does not have", () => {
    const given = { kind: "b", count: undefined, other: 1 } as Partial<Some>;
    expect(checkedOptions(SOME, given)).toEqual({ kind: "b", count: 3 });
    expect(defaultsOf(SOME)).toEqual({ kind: "a", count: 3, unit: undefined });
  });

  it("names the option, what it found and what it may be", () => {
    expect(() => checkedOptions(SOME, { count: 0 })).toThrow(
      "option count: found 0, expected a whole number of at least 1.",
    );
  });
});

describe("the schema of a table", () => {
  const validate = (given: unknown) => optionSchema("the solver x", SOME)["~standard"].validate(given);

  it("is a Standard Schema that fills in defaults", () => {
    expect(validate({ count: 5 })).toEqual({ value: { kind: "a", count: 5 } });
    expect(validate(undefined)).toEqual({ value: defaultsOf(SOME) });
  });

  it("finds each bad value, and options that are not in the table", () => {
    expect(validate({ kind: "c", count: 0, toString: 1 })).toEqual({
      issues: [
        { message: 'one of "a", "b"', path: ["kind"] },
        { message: "a whole number of at least 1", path: ["count"] },
        { message: "an option of the solver x: kind, count, unit", path: ["toString"] },
      ],
    });
  });
});
