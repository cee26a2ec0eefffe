import { type GridProblem, meanDiagonalOf } from "./grid-problem.js";

/**
 * The same objective solved by other means: accelerated projected gradients on all abundances at once (Beck and Teboulle
 * 2009, restarted as O'Donoghue and Candes 2015 do). Shares no code with the solver. Returns the abundances and a bound
 * of the error of each from strong convexity, |violation| / least eigenvalue.
 */
export function slowReference(problem: GridProblem, lambda: number, smallest: number, goal: number) {
  const { gram, typeCount, statistics, graph } = problem;
  const size = graph.spotCount * typeCount;
  const sparsity = 0.01 * meanDiagonalOf(problem);
  let rowSum = 0;
  for (let k = 0; k < typeCount; k++) {
    const row = gram.subarray(k * typeCount, (k + 1) * typeCount);
    rowSum = Math.max(
      rowSum,
      row.reduce((sum, value) => sum + Math.abs(value), 0),
    );
  }
  const step = 1 / (rowSum + 8 * lambda); // the Laplacian of a square grid has no eigenvalue above 8
  const gradient = new Float64Array(size);
  let x = new Float64Array(size);
  let ahead = x.slice();
  let momentum = 1;
  for (let iteration = 0; iteration < 200_000; iteration++) {
    gradientAt(ahead);
    const next = ahead.map((value, i) => Math.max(0, value - step * gradient[i]));
    let uphill = 0;
    for (let i = 0; i < size; i++) uphill += (ahead[i] - next[i]) * (next[i] - x[i]);
    const grown = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const carry = uphill > 0 ? 0 : (momentum - 1) / grown;
    ahead = next.map((value, i) => value + carry * (value - x[i]));
    x = next;
    momentum = grown;
    if (iteration % 200 === 199 && errorBound() < goal) break;
  }
  return { abundance: x, error: errorBound() };

  function gradientAt(b: Float64Array): void {
    for (let spot = 0; spot < graph.spotCount; spot++) {
      for (let k = 0; k < typeCount; k++) {
        const at = spot * typeCount + k;
        let sum = sparsity - statistics[spot * (typeCount + 1) + k];
        for (let l = 0; l < typeCount; l++) sum += gram[k * typeCount + l] * b[spot * typeCount + l];
        for (let e = graph.indptr[spot]; e < graph.indptr[spot + 1]; e++)
          sum += lambda * (b[at] - b[graph.indices[e] * typeCount + k]);
        gradient[at] = sum;
      }
    }
  }

  function errorBound(): number {
    gradientAt(x);
    let squares = 0;
    for (let i = 0; i < size; i++) squares += (x[i] > 0 ? gradient[i] : Math.min(0, gradient[i])) ** 2;
    return Math.sqrt(squares) / smallest;
  }
}
