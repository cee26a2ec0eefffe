import type { CsrChunk, ReferenceSignature } from "@flashdeconv/core";
import type { TypeMeans } from "@flashdeconv/pipeline/internal";

/** What the rows looked at hold of each gene, for each kind of row: a section's spots are of one kind, cells of as many as types. */
export interface SeenGenes {
  readonly geneCount: number;
  /** Rows of each kind that were looked at. */
  readonly rowCounts: Int32Array;
  /** Kinds x genes: sums of values. */
  readonly sums: Float64Array;
}

export function buildSeenGenes(geneCount: number, kindCount = 1): SeenGenes {
  return { geneCount, rowCounts: new Int32Array(kindCount), sums: new Float64Array(kindCount * geneCount) };
}

/** @param kinds of all rows, -1 for one of no kind; left out, all are of the first */
export function addSeenGenes(seen: SeenGenes, chunk: CsrChunk, kinds?: Int32Array): void {
  const { spotStart, spotCount, indptr, indices, values } = chunk;
  for (let row = 0; row < spotCount; row++) {
    const kind = kinds ? kinds[spotStart + row] : 0;
    if (kind < 0) continue;
    seen.rowCounts[kind]++;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      seen.sums[kind * seen.geneCount + indices[i]] += values[i];
    }
  }
}

/** Those of a table of means. */
export function genesSeenInTable({ typeNames, geneNames, values }: ReferenceSignature): SeenGenes {
  return {
    geneCount: geneNames.length,
    rowCounts: new Int32Array(typeNames.length).fill(1),
    sums: Float64Array.from(values),
  };
}

/** What is left of shared genes and of kinds when only what both sides counted is evidence. */
export interface SeenEvidence {
  readonly geneCount: number;
  /** Whether any row of a kind that was looked at had a count of these genes; true where none was looked at. */
  readonly hasCounts: readonly boolean[];
  /** Kinds with such a count. */
  readonly kinds: readonly number[];
  /** Of these kinds over these genes; without a section the totals are those of an even mix of them. */
  readonly means: TypeMeans;
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
  const { geneCount, rowCounts, sums } = reference;
  const allKinds = [...rowCounts.keys()];
  const sumOf = (kind: number, gene: number) => sums[kind * geneCount + columns.referenceIndex[gene]];
  const totalOf = (gene: number) => section?.sums[columns.spatialIndex[gene]];
  const genes = [...columns.referenceIndex.keys()].filter(
    (gene) => totalOf(gene) !== 0 && allKinds.some((kind) => sumOf(kind, gene) !== 0),
  );
  const kinds = allKinds.filter((kind) => genes.some((gene) => sumOf(kind, gene) !== 0));
  const evenMix = (gene: number) =>
    kinds.reduce((sum, kind) => sum + sumOf(kind, gene) / Math.max(1, rowCounts[kind]), 0);
  return {
    geneCount: genes.length,
    hasCounts: allKinds.map((kind) => rowCounts[kind] === 0 || kinds.includes(kind)),
    kinds,
    means: {
      typeCount: kinds.length,
      values: Float64Array.from(kinds.flatMap((kind) => genes.map((gene) => sumOf(kind, gene)))),
      sectionTotals: Float64Array.from(genes, (gene) => totalOf(gene) ?? evenMix(gene)),
    },
  };
}
