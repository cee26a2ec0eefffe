import { OptionError } from "@flashdeconv/core";
import { expect, it } from "vitest";
import { legacyRandom } from "../src/legacy-random.js";

// From numpy.random.RandomState(seed).randint(0, 2**32, 2000, dtype=uint32): the first three, the two around the first
// renewal of the state, and the last.
it.each([
  [0, [2357136044, 2546248239, 3071714933], [3791854820, 341544762], 3856691381],
  [5489, [3499211612, 581869302, 3890346734], [4020325887, 4178893912], 3949147603],
  [4294967295, [419326371, 479346978, 3918654476], [1027084080, 3860652269], 1762272365],
])("gives numpy's stream for seed %i", (seed, first, renewed, last) => {
  const random = legacyRandom(seed);
  const stream = Array.from({ length: 2000 }, () => random.next());
  expect(stream.slice(0, 3)).toEqual(first);
  expect(stream.slice(623, 625)).toEqual(renewed);
  expect(stream[1999]).toBe(last);
});

it.each([-1, 1.5, 2 ** 32, Number.NaN])("refuses seed %d", (seed) => {
  expect(() => legacyRandom(seed)).toThrow(OptionError);
});
