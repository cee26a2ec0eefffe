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
  const turn: Rotation = { size, p: 0, q: 0, cosine: 1, sine: 0 };
  let norm = 0;
  for (const value of a) norm += value * value;
  for (let round = 0; round < 60; round++) {
    let offDiagonal = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) offDiagonal += a[p * size + q] ** 2;
    }
    if (offDiagonal <= 1e-30 * norm) break;
    for (turn.p = 0; turn.p < size; turn.p++) {
      for (turn.q = turn.p + 1; turn.q < size; turn.q++) rotate(a, v, turn);
    }
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

/** A turn of rows or columns p and q of a size x size matrix into each other. */
interface Rotation {
  readonly size: number;
  p: number;
  q: number;
  cosine: number;
  sine: number;
}

/** One rotation in the plane (p, q) that makes that entry 0, in the matrix and in the rows that collect the vectors. */
function rotate(a: Float64Array, v: Float64Array, rotation: Rotation): void {
  const { size, p, q } = rotation;
  const entry = a[p * size + q];
  if (entry === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * entry);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  rotation.cosine = 1 / Math.sqrt(t * t + 1);
  rotation.sine = t * rotation.cosine;
  turnColumns(a, rotation);
  turnRows(a, rotation);
  turnRows(v, rotation);
}

function turnColumns(a: Float64Array, { size, p, q, cosine, sine }: Rotation): void {
  for (let row = 0; row < size * size; row += size) {
    const first = a[row + p];
    const second = a[row + q];
    a[row + p] = cosine * first - sine * second;
    a[row + q] = sine * first + cosine * second;
  }
}

function turnRows(a: Float64Array, { size, p, q, cosine, sine }: Rotation): void {
  for (let i = 0; i < size; i++) {
    const first = a[p * size + i];
    const second = a[q * size + i];
    a[p * size + i] = cosine * first - sine * second;
    a[q * size + i] = sine * first + cosine * second;
  }
}
