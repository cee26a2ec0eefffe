import fc from "fast-check";
import { expect, it } from "vitest";
import { typedParameters } from "../src/stages/write/whole-numbers.js";

it("a parameter's type follows from its name, whatever its value", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
      (value) => {
        const typed = typedParameters({
          tolerance: value,
          solver_options: { smoothing: value, spot_count: Math.floor(Math.abs(value)) % 1e6 },
          seed: 3,
        });
        expect(typed).toEqual({
          tolerance: value,
          solver_options: { smoothing: value, spot_count: BigInt(Math.floor(Math.abs(value)) % 1e6) },
          seed: 3n,
        });
      },
    ),
  );
});

it("what is not a number stays as it is", () => {
  const others = { version: "1", radius: null, flag: true, list: ["a"], counts: Int32Array.of(1) };
  expect(typedParameters(others)).toEqual(others);
});
