/**
 * Running sums for Pearson's correlation. Values are taken relative to the first pair, which keeps the sums small and
 * makes the variance of a constant exactly 0.
 */
export interface Correlation {
  count: number;
  firstX: number;
  firstY: number;
  sumX: number;
  sumY: number;
  sumXX: number;
  sumYY: number;
  sumXY: number;
}

export function buildCorrelation(): Correlation {
  return { count: 0, firstX: 0, firstY: 0, sumX: 0, sumY: 0, sumXX: 0, sumYY: 0, sumXY: 0 };
}

export function addPair(correlation: Correlation, x: number, y: number): void {
  if (correlation.count++ === 0) {
    correlation.firstX = x;
    correlation.firstY = y;
  }
  const dx = x - correlation.firstX;
  const dy = y - correlation.firstY;
  correlation.sumX += dx;
  correlation.sumY += dy;
  correlation.sumXX += dx * dx;
  correlation.sumYY += dy * dy;
  correlation.sumXY += dx * dy;
}

/** Pearson's r, in [-1, 1]; NaN where a side has no variance. */
export function finishCorrelation(correlation: Correlation): number {
  const { count, sumX, sumY, sumXX, sumYY, sumXY } = correlation;
  const varianceX = sumXX - (sumX * sumX) / count;
  const varianceY = sumYY - (sumY * sumY) / count;
  if (!(varianceX > 0 && varianceY > 0)) return Number.NaN;
  const r = (sumXY - (sumX * sumY) / count) / Math.sqrt(varianceX * varianceY);
  return Math.min(1, Math.max(-1, r));
}
