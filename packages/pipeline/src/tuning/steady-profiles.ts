/**
 * Types' shares of genes, each drawn towards the types' mean t as far as counting noise of the reference explains their difference. A share that
 * rests on c of C counts is taken to come from a gamma distribution around t_g with squared coefficient of variation s, so its best
 * estimate is (C x + a) / (C + a / t) with a = 1 / s: one of a gene seen often stays, one of a gene that hardly any count could show is t_g. A
 * likelihood would else take each gene that no cell of a type happened to show for evidence against the type.
 *
 * @param profiles K x G, rows sum to 1
 * @param counts K: counts that each row rests on; a row of 0 stays as it is
 * @returns K x G, rows sum to 1
 */
export function steadyProfiles(profiles: Float64Array, counts: Float64Array): Float64Array {
  const typeCount = counts.length;
  const geneCount = profiles.length / typeCount;
  const mean = new Float64Array(geneCount);
  for (let i = 0; i < profiles.length; i++) mean[i % geneCount] += profiles[i] / typeCount;
  const spread = spreadOf(profiles, mean, counts);
  if (!(spread > 0)) return profiles;
  const prior = 1 / spread;
  const steady = new Float64Array(profiles.length);
  for (let k = 0; k < typeCount; k++) {
    const row = k * geneCount;
    const own = profiles.subarray(row, row + geneCount);
    if (!(counts[k] > 0)) {
      steady.set(own, row);
      continue;
    }
    let sum = 0;
    for (let g = 0; g < geneCount; g++) {
      const towards = prior / (counts[k] * mean[g] + prior);
      steady[row + g] = own[g] + towards * (mean[g] - own[g]);
      sum += steady[row + g];
    }
    for (let g = 0; g < geneCount; g++) steady[row + g] /= sum;
  }
  return steady;
}

/** Squared coefficient of variation of a gene's share among types, by moments: what is left of it without counting noise. */
function spreadOf(profiles: Float64Array, mean: Float64Array, counts: Float64Array): number {
  const geneCount = mean.length;
  // A type is part of the mean that it is held against.
  const others = 1 - geneCount / profiles.length;
  let excess = 0;
  let weight = 0;
  for (let i = 0; i < profiles.length; i++) {
    const depth = counts[Math.floor(i / geneCount)];
    const expected = depth * mean[i % geneCount];
    if (!(expected > 0 && others > 0)) continue;
    const found = depth * profiles[i];
    // Each gene weighs by the inverse variance that its count would have if types did not differ.
    const inverse = 1 / (1 + 2 * expected);
    excess += ((found - expected) ** 2 / others - expected) * inverse * inverse;
    weight += expected * expected * inverse * inverse;
  }
  return weight > 0 ? excess / weight : 0;
}
