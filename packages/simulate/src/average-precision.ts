/**
 * Area under the precision-recall curve as average precision: the sum, over the distinct scores from high to low, of the
 * gain in recall times the precision reached there. Spots of equal score enter together, so their order has no say.
 *
 * @param scores one score per spot; higher means more likely present
 * @param present 1 where the type is truly present, else 0; as long as `scores`
 * @returns a number in (0, 1]: 1 for a perfect ranking, about the share of positives for a random one; NaN without any
 *   positive
 */
export function averagePrecision(scores: Float64Array, present: Uint8Array): number {
  const ranked = scores.toSorted();
  const positives = scores.filter((_, spot) => present[spot] === 1).sort();
  let precisionSum = 0;
  let rank = ranked.length;
  // Only scores that a positive has raise the recall.
  for (let end = positives.length; end > 0; ) {
    const score = positives[end - 1];
    let start = end;
    while (start > 0 && positives[start - 1] === score) start--;
    while (rank > 0 && ranked[rank - 1] >= score) rank--;
    const precision = (positives.length - start) / (ranked.length - rank);
    precisionSum += (end - start) * precision;
    end = start;
  }
  return precisionSum / positives.length;
}
