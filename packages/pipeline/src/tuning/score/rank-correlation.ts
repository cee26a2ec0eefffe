/** Spearman's correlation of two lists of numbers; equal ones share the mean of their ranks. NaN where one list has no two different. */
export function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let products = 0;
  let squaresOfX = 0;
  let squaresOfY = 0;
  for (let i = 0; i < x.length; i++) {
    products += (x[i] - middle) * (y[i] - middle);
    squaresOfX += (x[i] - middle) ** 2;
    squaresOfY += (y[i] - middle) ** 2;
  }
  return products / Math.sqrt(squaresOfX * squaresOfY);
}

function ranksOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((i, j) => values[i] - values[j] || i - j);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let place = start; place < end; place++) ranks[order[place]] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}
