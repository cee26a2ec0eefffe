import type { CellSample } from "../../contracts/cells.js";

/** Fewer cells say nothing of how cells of a type differ. */
export const FEWEST_CELLS = 8;

/** Cells of one type over the genes in use: rows of `indptr` from `first` to `end - 1`. */
export interface TypeCells {
  readonly first: number;
  readonly end: number;
}

export interface CellsByType {
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: ArrayLike<number>;
  /** For each type in the fit; undefined where there are too few. */
  readonly types: readonly (TypeCells | undefined)[];
}

/**
 * The cells of each type in the fit, over the genes in use.
 *
 * @param names of the types that the cells are numbered by
 * @param typeNames of the fit
 */
export function cellsByType(
  { counts: { indptr, indices, values }, types }: CellSample,
  names: readonly string[],
  typeNames: readonly string[],
): CellsByType {
  const runs = typeNames.map((name) => {
    const type = names.indexOf(name);
    const first = types.indexOf(type);
    const end = first < 0 ? first : types.lastIndexOf(type) + 1;
    return end - first >= FEWEST_CELLS ? { first, end } : undefined;
  });
  return { indptr, indices, values, types: runs };
}

/** Cells as the section's platform sees them, and what each then sums to. */
export interface AdaptedCells extends CellsByType {
  readonly values: Float64Array;
  readonly totals: Float64Array;
}

/** @param factors K x G, what a share of a type's counts is multiplied by */
export function adaptCells(cells: CellsByType, factors: Float64Array): AdaptedCells {
  const { indptr, indices, values, types } = cells;
  const geneCount = factors.length / types.length;
  const adapted = new Float64Array(indices.length);
  const totals = new Float64Array(indptr.length - 1);
  for (const [k, own] of types.entries()) {
    for (let cell = own?.first ?? 0; cell < (own?.end ?? 0); cell++) {
      for (let i = indptr[cell]; i < indptr[cell + 1]; i++) {
        adapted[i] = values[i] * factors[k * geneCount + indices[i]];
        totals[cell] += adapted[i];
      }
    }
  }
  return { ...cells, values: adapted, totals };
}
