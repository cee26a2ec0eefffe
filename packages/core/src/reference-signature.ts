/** Mean expression of each cell type: the reference a deconvolution is made against. */
export interface ReferenceSignature {
  /** K names in ascending code-point order. */
  readonly typeNames: readonly string[];
  /** Names of the genes, in the order of the columns of `values`. */
  readonly geneNames: readonly string[];
  /** K x genes, row-major; mean raw counts per cell unless said otherwise. */
  readonly values: Float64Array;
  /** K: cells that each row is the mean of, where that is known. */
  readonly cellCounts?: Int32Array;
}

/** The order of names everywhere: ascending by Unicode code point (not by UTF-16 unit, nor by locale). */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above every other 16-bit unit.
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}
