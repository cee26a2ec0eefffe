/** Names of a side's genes, and where they are: `key` is undefined for the index. */
export interface NamedColumn {
  readonly key: string | undefined;
  readonly names: readonly string[];
}

/** What two columns of names would share. */
export interface ColumnMatch {
  readonly spatialKey: string | undefined;
  readonly referenceKey: string | undefined;
  readonly sharedCount: number;
}

/** All pairs of columns that share a name, most shared first; of equal ones that with fewer keys to name. */
export function compareColumns(
  spatial: readonly NamedColumn[],
  reference: readonly NamedColumn[],
): ColumnMatch[] {
  const sets = reference.map(({ key, names }) => ({ key, names: new Set(names) }));
  const matches: ColumnMatch[] = [];
  for (const { key: spatialKey, names } of spatial) {
    const distinct = new Set(names);
    distinct.delete("");
    for (const other of sets) {
      let sharedCount = 0;
      for (const name of distinct) if (other.names.has(name)) sharedCount++;
      if (sharedCount > 0) matches.push({ spatialKey, referenceKey: other.key, sharedCount });
    }
  }
  return matches.sort((a, b) => b.sharedCount - a.sharedCount || keyCount(a) - keyCount(b));
}

function keyCount({ spatialKey, referenceKey }: ColumnMatch): number {
  return Number(spatialKey !== undefined) + Number(referenceKey !== undefined);
}
