import { expressionProfiles } from "@flashdeconv/solver-weighted";
import { describe, expect, it } from "vitest";
import { steadyProfiles } from "../src/tuning/steady-profiles.js";

const TYPES = 4;
const GENES = 400;

let state = 7;
function uniform(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}

/** Types differ by factors up to 4 in each gene; a few genes have most of the counts. */
const exact = expressionProfiles(
  Float64Array.from({ length: TYPES * GENES }, (_, i) => (i % GENES < 10 ? 50 : 1) * 4 ** uniform()),
  TYPES,
);

/** Profiles as so many counts of each type show them. */
function counted(count: number): Float64Array {
  const found = new Float64Array(exact.length);
  for (let k = 0; k < TYPES; k++) {
    let sum = 0;
    const upTo = exact.subarray(k * GENES, (k + 1) * GENES).map((share) => (sum += share));
    for (let i = 0; i < count; i++) {
      const at = uniform() * sum;
      found[k * GENES + upTo.findIndex((end) => at < end)] += 1 / count;
    }
  }
  return found;
}

/** Mean relative square of what is wrong. */
function errorOf(profiles: Float64Array): number {
  return profiles.reduce((sum, value, i) => sum + (value / exact[i] - 1) ** 2, 0) / profiles.length;
}

describe("steadyProfiles", () => {
  it("are nearer to the truth than what few counts show, and still shares", () => {
    const found = counted(3000);
    const steady = steadyProfiles(found, new Float64Array(TYPES).fill(3000));
    expect(errorOf(steady)).toBeLessThan(0.9 * errorOf(found));
    for (let k = 0; k < TYPES; k++) {
      const sum = steady.subarray(k * GENES, (k + 1) * GENES).reduce((all, value) => all + value, 0);
      expect(sum).toBeCloseTo(1, 12);
    }
  });

  it("leave what rests on many counts as it is", () => {
    const steady = steadyProfiles(exact, new Float64Array(TYPES).fill(1e9));
    for (const [i, value] of steady.entries()) expect(Math.abs(value / exact[i] - 1)).toBeLessThan(1e-5);
  });

  it("leave a type whose counts are not known, and types that do not differ", () => {
    const found = counted(300);
    const steady = steadyProfiles(found, Float64Array.of(0, 300, 300, 300));
    expect(steady.subarray(0, GENES)).toEqual(found.subarray(0, GENES));
    const equal = new Float64Array(TYPES * GENES).fill(1 / GENES);
    expect(steadyProfiles(equal, new Float64Array(TYPES).fill(300))).toEqual(equal);
  });
});
