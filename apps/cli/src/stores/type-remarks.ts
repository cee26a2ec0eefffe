import { isUninformativeLabel } from "@flashdeconv/pipeline";

/** Below this a type's mean is mostly noise. */
const FEW_CELLS = 25;
/** Profiles that overlap more can hardly be told apart in a spot. */
const NEARLY_EQUAL = 0.995;

/** What was counted of each type, or its means: types x genes of the reference. */
export interface TypeProfiles {
  readonly geneCount: number;
  readonly sums: Float64Array;
}

/** What is known of the types of a reference. */
export interface TypeFacts {
  readonly names: readonly string[];
  /** Undefined for a table of means. */
  readonly cellCounts: Int32Array | undefined;
  /** Whether a type has a count in the genes that are used; true where that is not known. */
  readonly hasCounts: readonly boolean[];
  readonly profiles: TypeProfiles;
  /** Genes that profiles are compared over. */
  readonly columns: Int32Array;
}

/** What speaks against each type: its name, its cells, or its profile. */
export function remarksOn(facts: TypeFacts): string[] {
  const { names, cellCounts, hasCounts } = facts;
  const alike = namesAlike(names);
  return names.map((name, k) => {
    const remarks: string[] = [];
    if (!hasCounts[k]) remarks.push("no count in the shared genes: 0 in every spot");
    if (isUninformativeLabel(name)) remarks.push("names no cell type: drop these cells");
    if (alike[k].length > 0) remarks.push(`differs only by case or blanks from ${quoted(alike[k])}`);
    const cellCount = cellCounts?.[k];
    if (cellCount !== undefined && cellCount < FEW_CELLS) {
      remarks.push(`fewer than ${FEW_CELLS} cells: its mean is uncertain`);
    }
    const twins = names.filter((_, other) => other !== k && overlap(facts, k, other) > NEARLY_EQUAL);
    if (twins.length > 0) remarks.push(`nearly the same profile as ${quoted(twins)}: merge them`);
    return remarks.join("; ");
  });
}

/** For each name the others that are written the same but for letter case and blanks. */
function namesAlike(names: readonly string[]): string[][] {
  const plain = names.map((name) => name.replace(/\s+/g, "").toLowerCase());
  return names.map((_, k) => names.filter((_, other) => other !== k && plain[other] === plain[k]));
}

/** Bhattacharyya coefficient of two profiles as shares: 1 where they are equal, 0 where no gene is in both or one is empty. */
function overlap({ profiles, columns }: TypeFacts, a: number, b: number): number {
  const { geneCount, sums } = profiles;
  let [sum, totalA, totalB] = [0, 0, 0];
  for (const gene of columns) {
    const [x, y] = [sums[a * geneCount + gene], sums[b * geneCount + gene]];
    sum += Math.sqrt(x * y);
    totalA += x;
    totalB += y;
  }
  return sum > 0 ? sum / Math.sqrt(totalA * totalB) : 0;
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name));
  return `${shown.join(", ")}${names.length > 3 ? ", ..." : ""}`;
}
