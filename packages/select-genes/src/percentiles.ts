/**
 * Percentiles 0, 100 / steps, ..., 100 of the values, by linear interpolation between the two nearest ranks.
 *
 * The rounding is that of numpy's default method: the interpolation starts from whichever rank is nearer.
 */
export function percentiles(values: Float64Array, steps: number): Float64Array {
  const sorted = values.slice().sort();
  return Float64Array.from({ length: steps + 1 }, (_, step) => {
    const position = ((step * (100 / steps)) / 100) * (sorted.length - 1);
    const lower = sorted[Math.floor(position)];
    const upper = sorted[Math.ceil(position)];
    const fraction = position - Math.floor(position);
    return fraction < 0.5 ? lower + (upper - lower) * fraction : upper - (upper - lower) * (1 - fraction);
  });
}
