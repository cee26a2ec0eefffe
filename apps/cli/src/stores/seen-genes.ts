import type { CsrChunk, ReferenceSignature } from "@flashdeconv/core";

/** Which genes had a count in the rows looked at, for each kind of row: a section's spots are of one kind, cells of as many as types. */
export interface SeenGenes {
  readonly geneCount: number;
  /** Rows of each kind that were looked at. */
  readonly rowCounts: Int32Array;
  /** Kinds x genes, 1 where a row of the kind had one. */
  readonly isSeen: Uint8Array;
}

export function buildSeenGenes(geneCount: number, kindCount = 1): SeenGenes {
  return { geneCount, rowCounts: new Int32Array(kindCount), isSeen: new Uint8Array(kindCount * geneCount) };
}

/** @param kinds of all rows, -1 for one of no kind; left out, all are of the first */
export function addSeenGenes(seen: SeenGenes, chunk: CsrChunk, kinds?: Int32Array): void {
  const { spotStart, spotCount, indptr, indices, values } = chunk;
  for (let row = 0; row < spotCount; row++) {
    const kind = kinds ? kinds[spotStart + row] : 0;
    if (kind < 0) continue;
    seen.rowCounts[kind]++;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      if (values[i] !== 0) seen.isSeen[kind * seen.geneCount + indices[i]] = 1;
    }
  }
}

/** Those of a table of means. */
export function genesSeenInTable({ typeNames, geneNames, values }: ReferenceSignature): SeenGenes {
  return {
    geneCount: geneNames.length,
    rowCounts: new Int32Array(typeNames.length).fill(1),
    isSeen: Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
  };
}

/** What is left of shared genes and of kinds when only what both sides counted is evidence. */
export interface SeenEvidence {
  readonly geneCount: number;
  /** Whether any row of a kind that was looked at had a count of these genes; true where none was looked at. */
  readonly hasCounts: readonly boolean[];
}

/**
 * @param section undefined where there are no counts to look at: then all genes pass for counted there
 * @param columns of each shared gene on either side
 */
export function seenEvidence(
  section: SeenGenes | undefined,
  reference: SeenGenes,
  columns: { readonly spatialIndex: Int32Array; readonly referenceIndex: Int32Array },
): SeenEvidence {
  const { geneCount, rowCounts, isSeen } = reference;
  const kinds = [...rowCounts.keys()];
  const seenBy = (kind: number, column: number) => isSeen[kind * geneCount + column] === 1;
  const counted = [...columns.referenceIndex].filter(
    (column, gene) =>
      (section === undefined || section.isSeen[columns.spatialIndex[gene]] === 1) &&
      kinds.some((kind) => seenBy(kind, column)),
  );
  return {
    geneCount: counted.length,
    hasCounts: kinds.map((kind) => rowCounts[kind] === 0 || counted.some((column) => seenBy(kind, column))),
  };
}
