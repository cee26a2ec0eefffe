/** A permutation of the numbers below `count`, always the same for a seed. */
export function permutation(count, seed) {
  let state = seed * 2654435761 + 1;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return (Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0) / 2 ** 32;
  };
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** A reference with the names of a share of its genes exchanged among each other. */
export function permuteGenes(reference, share, seed) {
  const { geneNames } = reference;
  const chosen = permutation(geneNames.length, seed + 100).slice(0, Math.round(share * geneNames.length));
  const order = permutation(chosen.length, seed);
  const names = [...geneNames];
  for (const [i, place] of chosen.entries()) names[place] = geneNames[chosen[order[i]]];
  return { ...reference, geneNames: names };
}

/** A reference whose cells have each other's labels. */
export function shuffleLabels(reference, seed) {
  const { codes, names } = reference.cellTypes;
  const order = permutation(codes.length, seed);
  return { ...reference, cellTypes: { names, codes: codes.map((_, i) => codes[order[i]]) } };
}

/** A reference without the cells of one type, by its rank of cells. */
export function withoutType(reference, rank) {
  const { codes, names } = reference.cellTypes;
  const counts = names.map((_, k) => codes.filter((code) => code === k).length);
  const order = counts.map((_, k) => k).sort((a, b) => counts[b] - counts[a]);
  const left = order[rank];
  return { ...reference, cellTypes: { names, codes: codes.map((code) => (code === left ? -1 : code)) } };
}

/** A reference whose genes are in capitals, as those of another species are. */
export const capitals = (reference) => ({
  ...reference,
  geneNames: reference.geneNames.map((name) => name.toUpperCase()),
});
