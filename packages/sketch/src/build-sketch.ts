import { OptionError, ShapeError } from "@flashdeconv/core";
import { type LegacyRandom, legacyRandom } from "./legacy-random.js";
import { resolveSketchOptions, type SketchOptions } from "./sketch-options.js";

/**
 * A CountSketch: a sparse matrix S of n genes x d dimensions with one entry per gene. Gene `j` has its entry `value[j]`
 * in column `bucket[j]`; scaling is already in it, so that a sketched row is `y S` and nothing more.
 */
export interface Sketch {
  /** Number of columns d. */
  readonly dimension: number;
  /** Column of each gene, n numbers in 0 .. d - 1. */
  readonly bucket: Int32Array;
  /** Signed amplitude of each gene, n numbers. */
  readonly value: Float64Array;
}

/** What `buildSketch` takes; the exact statistics ("none") need no sketch. */
export interface BuildSketchOptions extends Partial<SketchOptions> {
  readonly dimension?: number;
}

/**
 * Draws the sketch of the selected genes, weighted by their leverage.
 *
 * Random numbers come from `legacyRandom(seed)`: first the buckets of all genes, then all signs. The amplitude of gene j is
 * sqrt(n l_j), held in 0.1 .. 10, with l the leverage divided by its sum; each column is divided by its norm and
 * multiplied by sqrt(n / d). Source: Charikar, Chen and Farach-Colton 2002 for the CountSketch, FlashDeconv 0.1.6 for
 * the weights.
 *
 * @param leverage one score per selected gene, in the order of the genes; finite and not negative
 * @throws OptionError when an option or a score is out of range, ShapeError when there is no gene.
 */
export function buildSketch(leverage: Float64Array, options: BuildSketchOptions = {}): Sketch {
  const { dimension, seed } = resolveSketchOptions(options);
  if (dimension === "none") {
    throw new OptionError({
      option: "dimension",
      value: dimension,
      rule: "a whole number of at least 1",
      remedy: 'For the exact statistics call buildStatistics without a sketch; "none" needs none.',
    });
  }
  checkLeverage(leverage);
  const random = legacyRandom(seed);
  const bucket = drawBuckets(random, leverage.length, dimension);
  const value = drawSignedAmplitudes(random, leverage);
  scaleColumns(bucket, value, dimension);
  return Object.freeze({ dimension, bucket, value });
}

/** Uniform in 0 .. dimension - 1 by rejection: bits above the greatest bucket are masked, a draw beyond it is repeated. */
function drawBuckets(random: LegacyRandom, geneCount: number, dimension: number): Int32Array {
  const bucket = new Int32Array(geneCount);
  const greatest = dimension - 1;
  if (greatest === 0) return bucket;
  const mask = 2 ** (32 - Math.clz32(greatest)) - 1;
  for (let gene = 0; gene < geneCount; gene++) {
    let draw = random.next() & mask;
    while (draw > greatest) draw = random.next() & mask;
    bucket[gene] = draw;
  }
  return bucket;
}

function drawSignedAmplitudes(random: LegacyRandom, leverage: Float64Array): Float64Array {
  const geneCount = leverage.length;
  let total = 1e-10;
  for (const score of leverage) total += score;
  return leverage.map((score) => {
    const amplitude = Math.sqrt((score / total) * geneCount + 1e-10);
    const sign = random.next() & 1 ? 1 : -1;
    return sign * Math.min(Math.max(amplitude, 0.1), 10);
  });
}

/** Gives each column the norm sqrt(n / d), so that lengths are kept on average. */
function scaleColumns(bucket: Int32Array, value: Float64Array, dimension: number): void {
  const norm = new Float64Array(dimension);
  for (let gene = 0; gene < bucket.length; gene++) norm[bucket[gene]] += value[gene] * value[gene];
  const scale = Math.sqrt(bucket.length / dimension);
  for (let gene = 0; gene < bucket.length; gene++) {
    value[gene] = (value[gene] / Math.max(Math.sqrt(norm[bucket[gene]]), 1e-10)) * scale;
  }
}

function checkLeverage(leverage: Float64Array): void {
  if (leverage.length === 0) {
    throw new ShapeError({
      subject: "sketch",
      found: "no gene",
      expected: "a leverage score for each selected gene",
      remedy: "Select at least one gene.",
    });
  }
  const wrong = leverage.findIndex((score) => !(score >= 0 && score < Number.POSITIVE_INFINITY));
  if (wrong >= 0) {
    throw new OptionError({
      option: `leverage[${wrong}]`,
      value: leverage[wrong],
      rule: "a finite number of at least 0",
      remedy: "Check the signature the scores were computed from.",
    });
  }
}
