/** Rounds of EM for the mix of types in the bulk: more change no digit that matters. */
const MIX_ROUNDS = 200;
/** Counts added to each gene's observed and expected bulk: a gene of few counts says little about its efficiency. */
const PSEUDO_COUNTS = 5;

/** The second round, with the mix that the first one's signature gives, still gained on a real section; a fourth little more. */
const ROUNDS = 2;

/**
 * The signature as this section's chemistry sees it: each gene is multiplied by observed over expected counts in the bulk of the
 * section, where what is expected comes from the mix of types that fits the bulk best (EM for a multinomial mixture).
 *
 * @param profiles K x G, rows sum to 1
 * @param bulk G totals over all spots
 * @returns K x G, rows sum to 1
 */
export function correctPlatform(profiles: Float64Array, typeCount: number, bulk: Float64Array): Float64Array {
  const geneCount = bulk.length;
  const total = sum(bulk);
  const corrected = profiles.slice();
  for (let round = 0; round < ROUNDS && total > 0; round++) {
    const expected = expectedBulk(corrected, typeCount, bulk, total);
    for (let g = 0; g < geneCount; g++) {
      const factor = (bulk[g] + PSEUDO_COUNTS) / (total * expected[g] + PSEUDO_COUNTS);
      for (let k = 0; k < typeCount; k++) corrected[k * geneCount + g] *= factor;
    }
    normalizeRows(corrected, typeCount);
  }
  return corrected;
}

/**
 * Shares of genes in the bulk that the best mix of the profiles would give, by EM. Where the efficiency of genes differs by factors, a gene
 * of many counts says no more of the mix than one of some dozens, and where it does not, it says as much as its counts. The
 * weight of a gene, (1 + count)^(-1/4), is between the two: without a platform effect nothing was lost by it, with one half of what equal
 * weights gain was gained.
 */
function expectedBulk(
  profiles: Float64Array,
  typeCount: number,
  bulk: Float64Array,
  total: number,
): Float64Array {
  const geneCount = bulk.length;
  const weights = bulk.map((count) => 1 / Math.sqrt(Math.sqrt(1 + count)));
  const mix = new Float64Array(typeCount).fill(1 / typeCount);
  const ratios = new Float64Array(geneCount);
  let expected = mixProfiles(profiles, mix, geneCount);
  for (let round = 0; round < MIX_ROUNDS; round++) {
    for (let g = 0; g < geneCount; g++) {
      ratios[g] = bulk[g] > 0 ? (weights[g] * bulk[g]) / (total * expected[g]) : 0;
    }
    for (let k = 0; k < typeCount; k++) {
      let gain = 0;
      let mass = 0;
      for (let g = 0; g < geneCount; g++) {
        const share = profiles[k * geneCount + g];
        gain += share * ratios[g];
        mass += share * weights[g];
      }
      mix[k] *= mass > 0 ? gain / mass : 0;
    }
    expected = mixProfiles(profiles, mix, geneCount);
  }
  const scale = 1 / sum(expected);
  return expected.map((share) => share * scale);
}

function mixProfiles(profiles: Float64Array, mix: Float64Array, geneCount: number): Float64Array {
  const mixed = new Float64Array(geneCount);
  for (let k = 0; k < mix.length; k++) {
    for (let g = 0; g < geneCount; g++) mixed[g] += mix[k] * profiles[k * geneCount + g];
  }
  return mixed;
}

/** Added to each gene's share in a type, so that no gene of the section is impossible. */
const SHARE_FLOOR = 1e-9;

/** Mean counts per type as shares: rows that sum to 1. A type without any count gets equal shares. */
export function expressionProfiles(signature: Float64Array, typeCount: number): Float64Array {
  const geneCount = signature.length / typeCount;
  const profiles = new Float64Array(signature);
  normalizeRows(profiles, typeCount);
  for (let i = 0; i < typeCount * geneCount; i++) profiles[i] += SHARE_FLOOR;
  normalizeRows(profiles, typeCount);
  return profiles;
}

function normalizeRows(rows: Float64Array, rowCount: number): void {
  const width = rows.length / rowCount;
  for (let k = 0; k < rowCount; k++) {
    const row = rows.subarray(k * width, (k + 1) * width);
    const total = sum(row);
    for (let g = 0; g < width && total > 0; g++) row[g] /= total;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
