/** Eigenvalues of a symmetric matrix, ascending, and the eigenvectors that belong to them. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** size x size; row i is the eigenvector of value i, of length 1. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix (size x size), by cyclic Jacobi rotations (Golub and Van Loan,
 * Matrix Computations, section 8.5). For the small Gram matrices of cell types; called once per run.
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  let norm = 0;
  for (const value of a) norm += value * value;
  for (let round = 0; round < 60; round++) {
    let offDiagonal = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) offDiagonal += a[p * size + q] ** 2;
    }
    if (offDiagonal <= 1e-30 * norm) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[i * size + i] - a[j * size + j]);
  const values = Float64Array.from(order, (i) => a[i * size + i]);
  const vectors = new Float64Array(size * size);
  for (const [row, i] of order.entries()) vectors.set(v.subarray(i * size, (i + 1) * size), row * size);
  return { values, vectors };
}

const known = new WeakMap<Float64Array, SymmetricEigen>();

/**
 * The same of a Gram matrix that nobody changes, once for each: a run starts a session for every strength of smoothing that it tries,
 * and with 200 types that is most of what a session costs.
 */
export function gramEigen(gram: Float64Array, size: number): SymmetricEigen {
  const found = known.get(gram) ?? symmetricEigen(gram, size);
  known.set(gram, found);
  return found;
}

/** One rotation in the plane (p, q) that makes that entry 0, in the matrix and in the rows that collect the vectors. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q];
  if (entry === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * entry);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(t * t + 1);
  const sine = t * cosine;
  for (let i = 0; i < size; i++) turn(a, i * size + p, i * size + q, cosine, sine);
  for (let i = 0; i < size; i++) {
    turn(a, p * size + i, q * size + i, cosine, sine);
    turn(v, p * size + i, q * size + i, cosine, sine);
  }
}

function turn(a: Float64Array, i: number, j: number, cosine: number, sine: number): void {
  const first = a[i];
  const second = a[j];
  a[i] = cosine * first - sine * second;
  a[j] = sine * first + cosine * second;
}
