import type { TypeConfusion } from "../../contracts/confusion.js";
import type { Facts } from "./summary-facts.js";

/** The numbers of all depths one after the other: T'T and T'P of each. */
export function packConfusion({ strata, typeNames }: TypeConfusion): Float64Array {
  const size = typeNames.length ** 2;
  const packed = new Float64Array(2 * strata.length * size);
  for (const [i, { truths, crossed }] of strata.entries()) {
    packed.set(truths, 2 * i * size);
    packed.set(crossed, (2 * i + 1) * size);
  }
  return packed;
}

/** What there is of it beside these numbers. */
export function confusionFacts({ strata, ...rest }: TypeConfusion): NonNullable<Facts["confusion"]> {
  return { ...rest, strata: strata.map(({ least, depth }) => ({ least, depth })) };
}

/** How many numbers `packConfusion` packed. */
export function confusionLength({ strata, typeNames }: NonNullable<Facts["confusion"]>): number {
  return 2 * strata.length * typeNames.length ** 2;
}

export function unpackConfusion(
  { strata, typeNames, isJudged }: NonNullable<Facts["confusion"]>,
  packed: Float64Array,
): TypeConfusion {
  const size = typeNames.length ** 2;
  return {
    typeNames,
    isJudged,
    strata: strata.map((stratum, i) => ({
      ...stratum,
      truths: packed.slice(2 * i * size, (2 * i + 1) * size),
      crossed: packed.slice((2 * i + 1) * size, 2 * (i + 1) * size),
    })),
  };
}
