import { GeneMismatchError } from "@flashdeconv/core";
import type { CountReport } from "@flashdeconv/normalize";
import type { OpenReference } from "@flashdeconv/pipeline";
import {
  alikeMeans,
  betterColumns,
  type CheckedTypes,
  isSignature,
  judgeMeans,
  type MeansReport,
  mayBeRoundedLogs,
  type NamedSide,
} from "@flashdeconv/pipeline/internal";
import { alignGenes } from "@flashdeconv/select-genes";
import { type ColumnMatch, type SpellingGain, spellingGains } from "@flashdeconv/select-genes/internal";
import { type FindingLine, fact, remark } from "./finding.js";
import { type SeenGenes, seenEvidence } from "./seen-genes.js";
import { remarksOn } from "./type-remarks.js";

/** Below so many genes per type there is little to tell types apart by. */
const FEW_PER_TYPE = 5;

/** So many ways to name the genes otherwise are told. */
const MOST_COLUMNS = 3;

export interface TypeReport {
  readonly name: string;
  /** Undefined for a table of means. */
  readonly cellCount: number | undefined;
  /** What speaks against using it, if anything. */
  readonly remark: string;
}

/** What was looked at of both sides. */
export interface ReferencePreview {
  /** Undefined for a table of means. */
  readonly counts: CountReport | undefined;
  /** Of the reference, by type. */
  readonly seen: SeenGenes;
  /** Undefined where the section has no matrix. */
  readonly sectionSeen: SeenGenes | undefined;
}

/** How a reference fits a section. */
export interface ReferenceReport {
  readonly geneCount: number;
  /** Genes that both sides had counts of in the rows looked at. */
  readonly sharedGeneCount: number;
  /** Names that both sides have. */
  readonly sharedNameCount: number;
  /** Of the smaller side's genes. */
  readonly sharedGeneShare: number;
  /** Why names disagree, where few agree; and what is odd about them. */
  readonly geneRemarks: readonly FindingLine[];
  /** Columns of var that would share more genes, the best first. */
  readonly geneColumns: readonly ColumnMatch[];
  /** What more would be shared if differences in spelling did not count. */
  readonly geneSpellings: readonly SpellingGain[];
  readonly types: readonly TypeReport[];
  readonly cellCount: number | undefined;
  /** Cells without a label. */
  readonly unlabelledCount: number;
  readonly counts: CountReport | undefined;
  /** Of a table of means; undefined for cells, and where there is no section's count to judge by. */
  readonly means: MeansReport | undefined;
  /** Whether whole numbers of cells may be logged ones that were rounded. */
  readonly mayBeRoundedLogs: boolean;
  /** Which types can be told apart; undefined where it was not looked at. */
  readonly checked?: CheckedTypes;
  /** Why it was not. */
  readonly uncheckedBecause?: string;
}

export async function compareReference(
  spatial: NamedSide,
  reference: OpenReference,
  { counts, seen, sectionSeen }: ReferencePreview,
  signal?: AbortSignal,
): Promise<ReferenceReport> {
  const { geneNames: spatialGenes } = spatial;
  const { columns, geneRemarks } = compareGenes(spatialGenes, reference.geneNames);
  const { geneCount: sharedGeneCount, hasCounts, kinds, means } = seenEvidence(sectionSeen, seen, columns);
  const sharedNameCount = columns.spatialIndex.length;
  const smaller = Math.min(new Set(spatialGenes).size, new Set(reference.geneNames).size);
  const cells = isSignature(reference) ? undefined : reference.cellTypes;
  const cellCounts = cells && countCells(cells.codes, cells.names.length);
  const names = isSignature(reference) ? reference.typeNames : reference.cellTypes.names;
  const { similar, undetermined } = alikeMeans(means);
  const canJudge = sectionSeen !== undefined && sharedGeneCount > 0;
  const remarks = remarksOn({
    names,
    cellCounts,
    alike: {
      similar: similar.map((group) => group.map((k) => kinds[k])),
      undetermined: undetermined.map((group) => group.map((k) => kinds[k])),
    },
    hasCounts: hasCounts.map((has) => has || sharedNameCount === 0),
  });
  return {
    geneCount: reference.geneNames.length,
    sharedGeneCount,
    sharedNameCount,
    sharedGeneShare: smaller === 0 ? 0 : sharedGeneCount / smaller,
    geneRemarks: [
      ...geneRemarks,
      ...remarksOnEvidence(sharedGeneCount, sharedNameCount, hasCounts.filter(Boolean).length),
    ],
    geneColumns: (await betterColumns(spatial, reference, sharedNameCount, signal)).slice(0, MOST_COLUMNS),
    geneSpellings: spellingGains(spatialGenes, reference.geneNames),
    types: names.map((name, k) => ({
      name,
      cellCount: cellCounts?.[k],
      remark: remarks[k],
    })),
    cellCount: cells?.codes.length,
    unlabelledCount: cells ? cells.codes.filter((code) => code < 0).length : 0,
    counts,
    means: canJudge && isSignature(reference) ? judgeMeans(means) : undefined,
    mayBeRoundedLogs: canJudge && counts !== undefined && mayBeRoundedLogs(means, valuesOf(counts)),
  };
}

function valuesOf({ faults, max }: CountReport) {
  return { isWhole: faults.every(({ kind }) => kind !== "not whole"), max };
}

function compareGenes(spatialGenes: readonly string[], referenceGenes: readonly string[]) {
  try {
    const { notices, ...columns } = alignGenes(spatialGenes, referenceGenes);
    return { columns, geneRemarks: notices.map(({ message }) => remark(message)) };
  } catch (error) {
    if (!(error instanceof GeneMismatchError)) throw error;
    const none = new Int32Array(0);
    return { columns: { spatialIndex: none, referenceIndex: none }, geneRemarks: [remark(error.remedy)] };
  }
}

function countCells(codes: Int32Array, typeCount: number): Int32Array {
  const counts = new Int32Array(typeCount);
  for (const code of codes) if (code >= 0) counts[code]++;
  return counts;
}

/** What a run would say of them: see gather-evidence of the pipeline. */
function remarksOnEvidence(geneCount: number, nameCount: number, typeCount: number): FindingLine[] {
  const remarks: FindingLine[] = [];
  if (geneCount < nameCount) {
    remarks.push(
      fact(
        `${nameCount - geneCount} more are shared by name but had no count on one side in the rows looked at; genes without any are left out`,
      ),
    );
  }
  if (nameCount > 0 && geneCount < typeCount) {
    remarks.push(remark(`Fewer genes than cell types (${typeCount}): a run would be refused`));
  } else if (nameCount > 0 && geneCount < FEW_PER_TYPE * typeCount) {
    remarks.push(remark(`Fewer than ${FEW_PER_TYPE} genes per cell type: the answer would be uncertain`));
  }
  return remarks;
}
