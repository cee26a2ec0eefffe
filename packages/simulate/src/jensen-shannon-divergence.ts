import type { Values } from "@flashdeconv/core";

/**
 * Jensen-Shannon divergence of two rows of proportions, in nats (Lin, 1991): half of KL(p | m) plus half of KL(q | m), m
 * their mean. From 0 (equal) to ln 2 (no type in common); it is the divergence, not its square root, the distance.
 *
 * The rows are `p[offset ..]` and `q[offset ..]`, `width` items each, non-negative with sum 1.
 */
export function jensenShannonDivergence(p: Values, q: Values, offset: number, width: number): number {
  let sum = 0;
  for (let i = offset; i < offset + width; i++) {
    // p / m as 2 p / (p + q): the mean of the smallest numbers there are would round to 0.
    if (p[i] > 0) sum += p[i] * Math.log((2 * p[i]) / (p[i] + q[i]));
    if (q[i] > 0) sum += q[i] * Math.log((2 * q[i]) / (p[i] + q[i]));
  }
  return Math.max(0, sum / 2);
}
