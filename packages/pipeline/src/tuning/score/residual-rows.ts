import type { CsrChunk } from "@flashdeconv/core";
import { fitGroups, type GroupModel } from "./fit-groups.js";
import type { Halves } from "./replicated-variation.js";

/** Directions over genes that are multiplied with rows at once. */
export const WIDTH = 4;

/** Rows sqrt(size weight) (share - fitted share) of one half: sparse ones, less mixes of the types. */
interface ResidualRows extends Pick<CsrChunk, "indptr" | "indices" | "values"> {
  readonly rowCount: number;
  /** Rows x K. */
  readonly mix: Float64Array;
}

/** What mixes of the types leave of both halves of the groups' counts. */
export interface Residuals {
  readonly halves: readonly [ResidualRows, ResidualRows];
  /** K x G: the types' shares of genes on the scale of the rows. */
  readonly profiles: Float64Array;
  readonly typeCount: number;
}

/** @param profiles K x G: the types' shares of genes */
export function residualsOf(halves: Halves, model: GroupModel, profiles: Float64Array): Residuals {
  const roots = halves.weights.map(Math.sqrt);
  const geneCount = roots.length;
  return {
    halves: [rowsOf(halves.first, halves, model, roots), rowsOf(halves.second, halves, model, roots)],
    profiles: profiles.map((share, at) => share * roots[at % geneCount]),
    typeCount: model.typeCount,
  };
}

function rowsOf(half: CsrChunk, { sizes }: Halves, model: GroupModel, roots: Float64Array): ResidualRows {
  const { indptr, indices, values } = half;
  const { typeCount } = model;
  const { mix } = fitGroups(half, model, sizes);
  const scaled = new Float64Array(values.length);
  for (let row = 0; row < sizes.length; row++) {
    const scale = Math.sqrt(sizes[row]);
    let depth = 0;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) depth += values[i];
    for (let k = 0; k < typeCount; k++) mix[row * typeCount + k] *= scale;
    if (depth === 0) continue;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      scaled[i] = (scale * roots[indices[i]] * values[i]) / depth;
    }
  }
  return { rowCount: sizes.length, indptr, indices, values: scaled, mix };
}

/** Rows x directions, of both halves. */
export function project(
  { halves, profiles, typeCount }: Residuals,
  directions: Float64Array,
): Float64Array[] {
  const geneCount = directions.length / WIDTH;
  const ofTypes = new Float64Array(typeCount * WIDTH);
  for (let k = 0; k < typeCount; k++) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let g = 0, from = 0; g < geneCount; g++, from += WIDTH) {
      const share = profiles[k * geneCount + g];
      a += share * directions[from];
      b += share * directions[from + 1];
      c += share * directions[from + 2];
      d += share * directions[from + 3];
    }
    ofTypes.set([a, b, c, d], k * WIDTH);
  }
  return halves.map(({ rowCount, indptr, indices, values, mix }) => {
    const out = new Float64Array(rowCount * WIDTH);
    for (let row = 0; row < rowCount; row++) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = indptr[row]; i < indptr[row + 1]; i++) {
        const value = values[i];
        const from = indices[i] * WIDTH;
        a += value * directions[from];
        b += value * directions[from + 1];
        c += value * directions[from + 2];
        d += value * directions[from + 3];
      }
      for (let k = 0, from = 0; k < typeCount; k++, from += WIDTH) {
        const share = mix[row * typeCount + k];
        a -= share * ofTypes[from];
        b -= share * ofTypes[from + 1];
        c -= share * ofTypes[from + 2];
        d -= share * ofTypes[from + 3];
      }
      out.set([a, b, c, d], row * WIDTH);
    }
    return out;
  });
}

/** The sum over both halves of rows' x along: genes x directions. */
export function gather(
  { halves, profiles, typeCount }: Residuals,
  along: readonly Float64Array[],
): Float64Array {
  const geneCount = profiles.length / typeCount;
  const out = new Float64Array(geneCount * WIDTH);
  const ofTypes = new Float64Array(typeCount * WIDTH);
  for (const [side, { rowCount, indptr, indices, values, mix }] of halves.entries()) {
    for (let row = 0; row < rowCount; row++) {
      const [a, b, c, d] = along[side].subarray(row * WIDTH, (row + 1) * WIDTH);
      for (let i = indptr[row]; i < indptr[row + 1]; i++) {
        const value = values[i];
        const to = indices[i] * WIDTH;
        out[to] += value * a;
        out[to + 1] += value * b;
        out[to + 2] += value * c;
        out[to + 3] += value * d;
      }
      for (let k = 0, to = 0; k < typeCount; k++, to += WIDTH) {
        const share = mix[row * typeCount + k];
        ofTypes[to] += share * a;
        ofTypes[to + 1] += share * b;
        ofTypes[to + 2] += share * c;
        ofTypes[to + 3] += share * d;
      }
    }
  }
  for (let k = 0; k < typeCount; k++) {
    const [a, b, c, d] = ofTypes.subarray(k * WIDTH, (k + 1) * WIDTH);
    for (let g = 0, to = 0; g < geneCount; g++, to += WIDTH) {
      const share = profiles[k * geneCount + g];
      out[to] -= share * a;
      out[to + 1] -= share * b;
      out[to + 2] -= share * c;
      out[to + 3] -= share * d;
    }
  }
  return out;
}
