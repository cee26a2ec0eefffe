/**
 * Eigenvalues of a symmetric matrix (size x size), ascending, by cyclic Jacobi rotations (Golub and Van Loan, Matrix
 * Computations, section 8.5). For the small Gram matrices of cell types; called once per run.
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const a = matrix.slice();
  let norm = 0;
  for (const value of a) norm += value * value;
  for (let round = 0; round < 60; round++) {
    let offDiagonal = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) offDiagonal += a[p * size + q] ** 2;
    }
    if (offDiagonal <= 1e-30 * norm) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, size, p, q);
  }
  return Float64Array.from({ length: size }, (_, i) => a[i * size + i]).sort();
}

/** One rotation in the plane (p, q) that makes that entry 0. */
function rotate(a: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q];
  if (entry === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * entry);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(t * t + 1);
  const sine = t * cosine;
  for (let i = 0; i < size; i++) {
    const ip = a[i * size + p];
    const iq = a[i * size + q];
    a[i * size + p] = cosine * ip - sine * iq;
    a[i * size + q] = sine * ip + cosine * iq;
  }
  for (let i = 0; i < size; i++) {
    const pi = a[p * size + i];
    const qi = a[q * size + i];
    a[p * size + i] = cosine * pi - sine * qi;
    a[q * size + i] = sine * pi + cosine * qi;
  }
}
