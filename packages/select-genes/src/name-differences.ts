/** One way in which names of the same genes differ between files, and how to undo it. */
export interface NameDifference {
  readonly cause: string;
  /** A sentence to add when this is the cause. */
  readonly caution?: string;
  readonly undo: (name: string) => string;
}

/** In the order in which they are undone. */
export const NAME_DIFFERENCES: readonly NameDifference[] = [
  {
    cause: "blanks at the ends",
    undo: (name) => name.trim(),
  },
  {
    cause: "letter case",
    caution: "Symbols of human and mouse differ in case too, so check the species.",
    undo: (name) => name.toUpperCase(),
  },
  {
    cause: "version suffixes (such as .5)",
    undo: (name) => name.replace(/\.\d+(?=$|_PAR_Y$)/, ""),
  },
  {
    cause: "genome prefixes (such as GRCh38_)",
    undo: (name) => name.replace(/^(?:GRC[a-z]|hg|mm|rn)\d+[_-]+/i, ""),
  },
  {
    cause: "hyphens in place of underscores, as Seurat writes them",
    undo: (name) => name.replaceAll("_", "-"),
  },
  {
    cause: "dots in place of other characters, as R writes them (HLA.A for HLA-A)",
    undo: (name) => name.replace(/[^\p{L}\p{N}_.]/gu, ".").replace(/^X(?=\d)/, ""),
  },
];

/** How many more genes two sides would share if one difference in spelling did not count. */
export interface SpellingGain {
  readonly cause: string;
  /** Genes more than are shared as they are written. */
  readonly gainedCount: number;
  /** One of them, as each side writes it. */
  readonly example: readonly [spatial: string, reference: string];
}

/**
 * For each difference in spelling, what would be gained if it did not count: names without a partner that would then have one. Nothing
 * is renamed. Only differences that gain something are told, the greatest gain first.
 */
export function spellingGains(
  spatialNames: readonly string[],
  referenceNames: readonly string[],
): SpellingGain[] {
  const spatial = new Set(spatialNames);
  const reference = new Set(referenceNames);
  const lonelySpatial = [...spatial].filter((name) => name !== "" && !reference.has(name));
  const lonelyReference = [...reference].filter((name) => name !== "" && !spatial.has(name));
  const gains: SpellingGain[] = [];
  for (const { cause, undo } of NAME_DIFFERENCES) {
    const byName = new Map(lonelyReference.map((name) => [undo(name), name]));
    const found = new Map<string, readonly [string, string]>();
    for (const name of lonelySpatial) {
      const plain = undo(name);
      const partner = byName.get(plain);
      if (partner !== undefined && !found.has(plain)) found.set(plain, [name, partner]);
    }
    const [example] = found.values();
    if (example) gains.push({ cause, gainedCount: found.size, example });
  }
  return gains.sort((a, b) => b.gainedCount - a.gainedCount);
}
