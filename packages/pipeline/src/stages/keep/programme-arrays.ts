import type { ResidualProgramme, SectionProgramme } from "../../contracts/programme.js";

/** Facts of a programme that are not arrays. */
export interface ProgrammeFacts {
  readonly genes: readonly string[];
  readonly overdispersion: number;
}

/** What the types have of it, one after the other: K, K and K x K numbers. */
export function packProgramme({ means, squares, products }: ResidualProgramme): Float64Array {
  return Float64Array.of(...means, ...squares, ...products);
}

/** How many numbers `packProgramme` packed. */
export const programmeLength = (typeCount: number): number => (2 + typeCount) * typeCount;

export function unpackProgramme(
  { genes, overdispersion }: ProgrammeFacts,
  packed: Float64Array,
  sums: SectionProgramme["sums"],
): SectionProgramme {
  const typeCount = Math.sqrt(packed.length + 1) - 1;
  return {
    genes,
    overdispersion,
    means: packed.slice(0, typeCount),
    squares: packed.slice(typeCount, 2 * typeCount),
    products: packed.slice(2 * typeCount),
    sums,
  };
}

/** The programme for types that are taken together, each as the mean of its members by their weights. */
export function combineProgramme(
  programme: SectionProgramme,
  members: readonly (readonly (readonly [number, number])[])[],
): SectionProgramme {
  const { means, squares, products } = programme;
  const typeCount = means.length;
  const mean = (values: Float64Array) =>
    Float64Array.from(members, (list) => list.reduce((sum, [k, weight]) => sum + weight * values[k], 0));
  return {
    ...programme,
    means: mean(means),
    squares: mean(squares),
    products: Float64Array.from(
      members.flatMap((rows) =>
        members.map((columns) =>
          rows.reduce(
            (sum, [k, left]) =>
              sum + columns.reduce((own, [l, right]) => own + left * right * products[k * typeCount + l], 0),
            0,
          ),
        ),
      ),
    ),
  };
}
