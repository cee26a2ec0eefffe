import type { TypeConfusion } from "../../contracts/confusion.js";
import { CONFUSED, confusedPairs, confusionTable } from "./judge-confusion.js";

/** Names of new types, each with those that it takes together, as `recombineTypes` reads them. */
export type Merges = Readonly<Record<string, readonly string[]>>;

/**
 * Which types to take together so that all that remain can be told apart: the pair that is mistaken most, then the next, by what is then
 * mistaken for each other.
 *
 * @param copies groups of types, by place, that are taken together in any case
 */
export function proposeMerges(confusion: TypeConfusion, copies: readonly (readonly number[])[] = []): Merges {
  const { typeNames, strata } = confusion;
  const groupOf = Int32Array.from(typeNames.keys());
  const join = (a: number, b: number) => {
    const [kept, joined] = [Math.min(groupOf[a], groupOf[b]), Math.max(groupOf[a], groupOf[b])];
    for (let k = 0; k < groupOf.length; k++) if (groupOf[k] === joined) groupOf[k] = kept;
  };
  for (const [first, ...others] of copies) for (const other of others) join(first, other);
  while (strata.length > 0) {
    const [worst] = confusedPairs(confusionTable(confusion, groupOf), CONFUSED);
    if (!worst) break;
    // A group has the number of its first type.
    join(worst.a, worst.b);
  }
  const groups = typeNames
    .map((_, group) => typeNames.filter((_, k) => groupOf[k] === group))
    .filter((members) => members.length > 1);
  const taken = new Set(typeNames);
  return Object.fromEntries(
    groups.map((members) => {
      let name = members.join(" or ");
      while (taken.has(name)) name += " (merged)";
      taken.add(name);
      return [name, members];
    }),
  );
}
