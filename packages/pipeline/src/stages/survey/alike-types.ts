import { determineGram } from "@flashdeconv/solver";

/** Types by position, in groups of two and more. */
export interface AlikeTypes {
  /** Nothing tells how the types of a group divide: they are equal, or mixtures of one another. */
  readonly undetermined: readonly (readonly number[])[];
  /** Many types of which some mixtures are equal though they themselves differ: there are too few genes for so many. */
  readonly mixed: readonly (readonly number[])[];
  /** Types that differ little; none of the groups above again. */
  readonly similar: readonly (readonly number[])[];
}

/** Types are similar where the difference of their signatures is at most this share of them, on the scale that the solver sees. */
export const SIMILAR = 0.1;
/** Two types have part in one undetermined direction where it moves both by more than this. */
const MOVED = 0.01;
/** Types that are mixtures of one another are at most so many; in larger groups it is chance, and genes are too few. */
const FEW = 5;

/** Which types a Gram matrix (K x K) does not tell apart, or hardly. */
export function alikeTypes(gram: Float64Array, typeCount: number): AlikeTypes {
  const { eigen, liftedCount } = determineGram(gram, typeCount, 0);
  const at = (k: number, l: number) => gram[k * typeCount + l];
  const groups = groupTypes(typeCount, (k, l) => {
    let along = 0;
    for (let i = 0; i < liftedCount; i++) {
      along += eigen.vectors[i * typeCount + k] * eigen.vectors[i * typeCount + l];
    }
    return Math.abs(along) > MOVED;
  });
  const similar = groupTypes(typeCount, (k, l) => {
    const size = (at(k, k) + at(l, l)) / 2;
    return at(k, k) > 0 && at(l, l) > 0 && 2 * (size - at(k, l)) <= SIMILAR ** 2 * size;
  });
  const isMixed = (group: readonly number[]) =>
    group.length > FEW && !similar.some((alike) => group.every((k) => alike.includes(k)));
  const undetermined = groups.filter((group) => !isMixed(group));
  const known = new Set(undetermined.map(String));
  return {
    undetermined,
    mixed: groups.filter(isMixed),
    similar: similar.filter((group) => !known.has(String(group))),
  };
}

/** Groups of types that are linked, be it through others; a type without a link is in none. */
function groupTypes(typeCount: number, areLinked: (k: number, l: number) => boolean): number[][] {
  const groupOf = Int32Array.from({ length: typeCount }, (_, k) => k);
  for (let k = 0; k < typeCount; k++) {
    for (let l = k + 1; l < typeCount; l++) {
      if (groupOf[k] === groupOf[l] || !areLinked(k, l)) continue;
      const [kept, joined] = [Math.min(groupOf[k], groupOf[l]), Math.max(groupOf[k], groupOf[l])];
      for (let other = 0; other < typeCount; other++) if (groupOf[other] === joined) groupOf[other] = kept;
    }
  }
  const groups = Array.from({ length: typeCount }, (): number[] => []);
  for (const [k, group] of groupOf.entries()) groups[group].push(k);
  return groups.filter(({ length }) => length > 1);
}
