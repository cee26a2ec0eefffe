import type { CsrChunk } from "@flashdeconv/core";
import { mixWord } from "@flashdeconv/core/internal";

/** Rounds of the power iteration, after which the directions say as much as they ever will of what both halves share. */
const ROUNDS = 6;

/** The halves of pooled counts, and on what scale they are compared. Groups x G. */
export interface Halves {
  readonly first: CsrChunk;
  readonly second: CsrChunk;
  /** What each group counts for. */
  readonly sizes: Float64Array;
  /** G: shares of the genes in all groups. */
  readonly shares: Float64Array;
  /** G: inverse variance of a count, on the scale of shares. */
  readonly weights: Float64Array;
}

/**
 * How much groups differ in as many directions as a mix of types has, and in both halves alike: directions are found on one half, and each
 * group's products of both halves along them are noise-free on average. The mean over both orders, by group.
 */
export function replicatedVariation(halves: Halves, directionCount: number): Float64Array {
  const { sizes } = halves;
  const rows = [halves.first, halves.second].map((half) => scaledRows(half, halves));
  const found = new Float64Array(sizes.length);
  for (const own of rows) {
    const directions = leadingDirections(own, directionCount);
    const [a, b] = rows.map((half) => project(half, directions));
    for (let i = 0; i < found.length; i++) {
      for (let r = 0; r < directionCount; r++) {
        found[i] += (a[i * directionCount + r] * b[i * directionCount + r]) / 2;
      }
    }
  }
  return found;
}

/** Rows sqrt(size weight) (share - mean share): sparse ones, less a rank one that stands apart. */
interface ScaledRows extends Pick<CsrChunk, "indptr" | "indices" | "width"> {
  readonly rowCount: number;
  readonly values: Float64Array;
  /** By row and by gene: their product is what is taken away. */
  readonly scales: Float64Array;
  readonly means: Float64Array;
}

function scaledRows(
  { indptr, indices, values, width }: CsrChunk,
  { sizes, shares, weights }: Halves,
): ScaledRows {
  const rowCount = sizes.length;
  const scaled = new Float64Array(values.length);
  const scales = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    let total = 0;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) total += values[i];
    if (total === 0) continue;
    scales[row] = Math.sqrt(sizes[row]);
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      scaled[i] = (scales[row] * Math.sqrt(weights[indices[i]]) * values[i]) / total;
    }
  }
  const means = shares.map((share, g) => Math.sqrt(weights[g]) * share);
  return { rowCount, width, indptr, indices, values: scaled, scales, means };
}

/** G x R, orthonormal columns: where the rows differ most. */
function leadingDirections(rows: ScaledRows, count: number): Float64Array {
  let along: Float64Array = new Float64Array(rows.rowCount * count).map((_, i) => mixWord(i + 1) / 2 ** 31);
  // The products of few rows cost less than taking each round through all genes.
  const products = rows.rowCount < 2 * ROUNDS * count ? productsOf(rows) : undefined;
  for (let round = 0; round < ROUNDS; round++) {
    orthonormalize(along, count);
    along = products ? multiply(products, along, count) : project(rows, gather(rows, along, count));
  }
  orthonormalize(along, count);
  const directions = gather(rows, along, count);
  orthonormalize(directions, count);
  return directions;
}

/** Rows that are multiplied with another at once: its genes are then looked up once for all of them. */
const TOGETHER = 4;

/** Rows x rows'. */
function productsOf(rows: ScaledRows): Float64Array {
  const { rowCount, scales, means } = rows;
  const dense = new Float64Array(TOGETHER * means.length);
  means.forEach((mean, g) => {
    dense[TOGETHER * g] = mean;
  });
  const meansSquared = means.reduce((sum, mean) => sum + mean * mean, 0);
  const away = scales.map((_, row) => timesDense(rows, row, dense)[0]);
  const products = new Float64Array(rowCount * rowCount);
  for (let first = 0; first < rowCount; first += TOGETHER) {
    const end = Math.min(first + TOGETHER, rowCount);
    dense.fill(0);
    for (let a = first; a < end; a++) {
      for (let i = rows.indptr[a]; i < rows.indptr[a + 1]; i++) {
        dense[TOGETHER * rows.indices[i] + a - first] = rows.values[i];
      }
    }
    for (let b = first; b < rowCount; b++) {
      const sums = timesDense(rows, b, dense);
      for (let a = first; a < end; a++) {
        const common = scales[a] * away[b] + scales[b] * away[a] - scales[a] * scales[b] * meansSquared;
        products[a * rowCount + b] = sums[a - first] - common;
        products[b * rowCount + a] = products[a * rowCount + b];
      }
    }
  }
  return products;
}

/** The sparse part of a row times each of the four columns of `dense`. */
function timesDense({ indptr, indices, values }: ScaledRows, row: number, dense: Float64Array): number[] {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = indptr[row]; i < indptr[row + 1]; i++) {
    const value = values[i];
    const at = TOGETHER * indices[i];
    a += value * dense[at];
    b += value * dense[at + 1];
    c += value * dense[at + 2];
    d += value * dense[at + 3];
  }
  return [a, b, c, d];
}

/** Square matrix x columns. */
function multiply(matrix: Float64Array, columns: Float64Array, count: number): Float64Array {
  const rowCount = columns.length / count;
  const out = new Float64Array(columns.length);
  for (let row = 0; row < rowCount; row++) {
    for (let other = 0; other < rowCount; other++) {
      const value = matrix[row * rowCount + other];
      for (let r = 0; r < count; r++) out[row * count + r] += value * columns[other * count + r];
    }
  }
  return out;
}

/** Rows x directions. */
function project(
  { rowCount, indptr, indices, values, scales, means }: ScaledRows,
  directions: Float64Array,
): Float64Array {
  const count = directions.length / means.length;
  const out = new Float64Array(rowCount * count);
  const away = new Float64Array(count);
  for (let g = 0; g < means.length; g++) {
    for (let r = 0; r < count; r++) away[r] += means[g] * directions[g * count + r];
  }
  for (let row = 0; row < rowCount; row++) {
    const to = row * count;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      const value = values[i];
      const from = indices[i] * count;
      for (let r = 0; r < count; r++) out[to + r] += value * directions[from + r];
    }
    for (let r = 0; r < count; r++) out[to + r] -= scales[row] * away[r];
  }
  return out;
}

/** Rows' x along: G x R. */
function gather(
  { rowCount, indptr, indices, values, scales, means }: ScaledRows,
  along: Float64Array,
  count: number,
): Float64Array {
  const out = new Float64Array(means.length * count);
  const away = new Float64Array(count);
  for (let row = 0; row < rowCount; row++) {
    const from = row * count;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      const value = values[i];
      const to = indices[i] * count;
      for (let r = 0; r < count; r++) out[to + r] += value * along[from + r];
    }
    for (let r = 0; r < count; r++) away[r] += scales[row] * along[from + r];
  }
  for (let g = 0; g < means.length; g++) {
    for (let r = 0; r < count; r++) out[g * count + r] -= means[g] * away[r];
  }
  return out;
}

/** Columns by Gram and Schmidt, twice for the sake of rounding; one that depends on those before becomes 0. */
function orthonormalize(columns: Float64Array, count: number): void {
  const rowCount = columns.length / count;
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < rowCount; i++) sum += columns[i * count + a] * columns[i * count + b];
    return sum;
  };
  for (let r = 0; r < count; r++) {
    const before = dot(r, r);
    for (let pass = 0; pass < 2; pass++) {
      for (let earlier = 0; earlier < r; earlier++) {
        const part = dot(earlier, r);
        for (let i = 0; i < rowCount; i++) columns[i * count + r] -= part * columns[i * count + earlier];
      }
    }
    const left = dot(r, r);
    const scale = left > INDEPENDENT * before && left > 0 ? 1 / Math.sqrt(left) : 0;
    for (let i = 0; i < rowCount; i++) columns[i * count + r] *= scale;
  }
}

/** Of a column's squared length, what must be left of it beside the columns before. */
const INDEPENDENT = 1e-20;
