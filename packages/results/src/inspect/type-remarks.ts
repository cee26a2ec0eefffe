import type { AlikeTypes } from "@flashdeconv/pipeline/internal";
import { isUninformativeLabel } from "@flashdeconv/pipeline/internal";

/** Below this a type's mean is mostly noise. */
const FEW_CELLS = 25;
/** What is known of the types of a reference. */
export interface TypeFacts {
  readonly names: readonly string[];
  /** Undefined for a table of means. */
  readonly cellCounts: Int32Array | undefined;
  /** Whether a type has a count in the genes that are used; true where that is not known. */
  readonly hasCounts: readonly boolean[];
  /** Types that hardly differ in the genes that are used, and those that do not at all, by position. */
  readonly alike: Pick<AlikeTypes, "similar" | "undetermined">;
}

/** What speaks against each type: its name, its cells, or its profile. */
export function remarksOn(facts: TypeFacts): string[] {
  const { names, cellCounts, hasCounts } = facts;
  const namesakes = namesAlike(names);
  return names.map((name, k) => {
    const remarks: string[] = [];
    if (!hasCounts[k]) remarks.push("no count in the shared genes: 0 in every spot");
    if (isUninformativeLabel(name)) remarks.push("names no cell type: drop these cells");
    if (namesakes[k].length > 0) {
      remarks.push(`differs only by case or blanks from ${quoted(namesakes[k])}`);
    }
    const cellCount = cellCounts?.[k];
    if (cellCount !== undefined && cellCount < FEW_CELLS) {
      remarks.push(`fewer than ${FEW_CELLS} cells: its mean is uncertain`);
    }
    const twins = partnersOf(k, facts.alike.undetermined, names);
    if (twins.length > 0) remarks.push(`cannot be told apart from ${quoted(twins)}: merge them`);
    const similar = partnersOf(k, facts.alike.similar, names);
    if (similar.length > 0) remarks.push(`nearly the same profile as ${quoted(similar)}: merge them`);
    return remarks.join("; ");
  });
}

/** For each name the others that are written the same but for letter case and blanks. */
function namesAlike(names: readonly string[]): string[][] {
  const plain = names.map((name) => name.replace(/\s+/g, "").toLowerCase());
  return names.map((_, k) => names.filter((_, other) => other !== k && plain[other] === plain[k]));
}

/** The others of a type's groups. */
function partnersOf(k: number, groups: AlikeTypes["similar"], names: readonly string[]): string[] {
  return groups
    .filter((group) => group.includes(k))
    .flat()
    .filter((other) => other !== k)
    .map((other) => names[other]);
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name));
  return `${shown.join(", ")}${names.length > 3 ? ", ..." : ""}`;
}
