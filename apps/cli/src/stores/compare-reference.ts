import { GeneMismatchError } from "@flashdeconv/core";
import type { CountReport } from "@flashdeconv/normalize";
import {
  betterColumns,
  isSignature,
  isUninformativeLabel,
  type NamedSide,
  type ReferenceInput,
} from "@flashdeconv/pipeline";
import { alignGenes, type ColumnMatch, type SpellingGain, spellingGains } from "@flashdeconv/select-genes";

/** Below this a type's mean is mostly noise. */
const FEW_CELLS = 10;

/** So many ways to name the genes otherwise are told. */
const MOST_COLUMNS = 3;

export interface TypeReport {
  readonly name: string;
  /** Undefined for a table of means. */
  readonly cellCount: number | undefined;
  /** What speaks against using it, if anything. */
  readonly remark: string;
}

/** How a reference fits a section. */
export interface ReferenceReport {
  readonly geneCount: number;
  readonly sharedGeneCount: number;
  /** Of the smaller side's genes. */
  readonly sharedGeneShare: number;
  /** Why names disagree, where few agree; and what is odd about them. */
  readonly geneRemarks: readonly string[];
  /** Columns of var that would share more genes, the best first. */
  readonly geneColumns: readonly ColumnMatch[];
  /** What more would be shared if differences in spelling did not count. */
  readonly geneSpellings: readonly SpellingGain[];
  readonly types: readonly TypeReport[];
  readonly cellCount: number | undefined;
  /** Cells without a label. */
  readonly unlabelledCount: number;
  readonly counts: CountReport | undefined;
}

export async function compareReference(
  spatial: NamedSide,
  reference: ReferenceInput,
  counts: CountReport | undefined,
  signal?: AbortSignal,
): Promise<ReferenceReport> {
  const { geneNames: spatialGenes } = spatial;
  const { sharedGeneCount, geneRemarks } = compareGenes(spatialGenes, reference.geneNames);
  const smaller = Math.min(new Set(spatialGenes).size, new Set(reference.geneNames).size);
  const cells = isSignature(reference) ? undefined : reference.cellTypes;
  const cellCounts = cells && countCells(cells.codes, cells.names.length);
  const names = isSignature(reference) ? reference.typeNames : reference.cellTypes.names;
  return {
    geneCount: reference.geneNames.length,
    sharedGeneCount,
    sharedGeneShare: smaller === 0 ? 0 : sharedGeneCount / smaller,
    geneRemarks,
    geneColumns: (await betterColumns(spatial, reference, sharedGeneCount, signal)).slice(0, MOST_COLUMNS),
    geneSpellings: spellingGains(spatialGenes, reference.geneNames),
    types: names.map((name, k) => ({
      name,
      cellCount: cellCounts?.[k],
      remark: remarkOn(name, cellCounts?.[k]),
    })),
    cellCount: cells?.codes.length,
    unlabelledCount: cells ? cells.codes.filter((code) => code < 0).length : 0,
    counts,
  };
}

function compareGenes(spatialGenes: readonly string[], referenceGenes: readonly string[]) {
  try {
    const { geneNames, notices } = alignGenes(spatialGenes, referenceGenes);
    return { sharedGeneCount: geneNames.length, geneRemarks: notices.map(({ message }) => message) };
  } catch (error) {
    if (!(error instanceof GeneMismatchError)) throw error;
    return { sharedGeneCount: 0, geneRemarks: [error.remedy] };
  }
}

function countCells(codes: Int32Array, typeCount: number): Int32Array {
  const counts = new Int32Array(typeCount);
  for (const code of codes) if (code >= 0) counts[code]++;
  return counts;
}

function remarkOn(name: string, cellCount: number | undefined): string {
  if (isUninformativeLabel(name)) return "names no cell type: drop these cells";
  return cellCount !== undefined && cellCount < FEW_CELLS
    ? `fewer than ${FEW_CELLS} cells: its mean is uncertain`
    : "";
}
