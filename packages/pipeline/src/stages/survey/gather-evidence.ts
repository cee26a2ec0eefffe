import { GeneMismatchError, type ReferenceSignature } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { type GeneAlignment, type GeneMoments, signatureSubset } from "@flashdeconv/select-genes";
import { countedGenes, FEW_SHARED, genesInSignature } from "@flashdeconv/select-genes/internal";
import type { NoticeList } from "../../contracts/notices.js";
import type { RobustDepths } from "./depth-sums.js";
import { silentTypes, withoutTypes } from "./silent-types.js";
import type { Survey } from "./survey-spots.js";

/** Below so many genes per type a notice says so. */
const FEW_PER_TYPE = 5;

/** What both sides have to say about each other: genes that both counted, types with a count in them. */
export interface Evidence {
  readonly moments: GeneMoments;
  /** For solvers of the model of counts. */
  readonly depths?: RobustDepths;
  /** Shared genes that both sides counted, ascending. */
  readonly genes: Int32Array;
  /** Mean raw counts over all shared genes, of the types with a count in `genes`. */
  readonly signature: ReferenceSignature;
  /** Names of the other types. */
  readonly silentTypes: readonly string[];
  /** Cells of each type by name, where the reference has single cells of whole counts. */
  readonly cellCounts?: ReadonlyMap<string, number>;
}

/**
 * Looks at the reference alone, before the section is read.
 *
 * @throws GeneMismatchError where it counted fewer of the shared genes than there are types with a count in them, or none.
 */
export function requireCountedGenes(shared: ReferenceSignature): void {
  const { length } = genesInSignature(shared);
  if (length === 0) {
    throw new GeneMismatchError({
      subject: "reference",
      found: `no count in any of ${numbered(shared.geneNames.length, "shared gene")}, for any of ${numbered(shared.typeNames.length, "cell type")}`,
      expected: "counts of at least as many genes as cell types",
      remedy: `Choose the layer that holds the counts (${optionName("referenceLayer")}), or another reference.`,
    });
  }
  const typeCount = shared.typeNames.length - silentTypes(shared).length;
  requireEnoughGenes(length, typeCount, "shared genes that the reference has counts of");
}

/**
 * Leaves out the genes that one side never counted, then the types that are left without any count: either would be
 * evidence of nothing. Where the section holds no count at all its genes stay, and none of its spots gets an answer.
 *
 * @param shared over all genes of the alignment
 * @throws GeneMismatchError where fewer genes are left than types.
 */
export function gatherEvidence(
  alignment: GeneAlignment,
  shared: ReferenceSignature,
  { moments, depths, isEmpty, isOfAll }: Survey,
  notices: NoticeList,
): Evidence {
  const inReference = genesInSignature(shared);
  const genes = isEmpty ? inReference : countedGenes(moments, shared);
  const silent = silentTypes(signatureSubset(shared, genes));
  const signature = withoutTypes(shared, silent);
  requireEnoughGenes(
    genes.length,
    signature.typeNames.length,
    "genes that both section and reference have counts of",
  );
  const absent = {
    reference: shared.geneNames.length - inReference.length,
    section: inReference.length - genes.length,
  };
  // Of genes that were not met in some spots it is known later whether others have them.
  if (isOfAll) noteUncounted(genes.length, absent, notices);
  noteFewGenes(genes.length, signature.typeNames.length, alignment, notices);
  return { moments, depths, genes, signature, silentTypes: silent.map((k) => shared.typeNames[k]) };
}

/** Fewer numbers per spot than unknowns have many answers that fit alike. */
export function requireEnoughGenes(geneCount: number, typeCount: number, which: string): void {
  if (geneCount >= typeCount && geneCount > 0) return;
  throw new GeneMismatchError({
    subject: "genes",
    found: `${geneCount} ${which}, for ${numbered(typeCount, "cell type")}`,
    expected: "at least as many genes as types, better five times as many",
    remedy: "Use a reference with the same genes, or merge types of the reference.",
  });
}

/** Tells which shared genes take no part; `geneCount` others do. */
export function noteUncounted(
  geneCount: number,
  { section, reference }: { readonly section: number; readonly reference: number },
  notices: NoticeList,
): void {
  if (section + reference === 0) return;
  const parts = [
    ...(section > 0 ? [`${section} without a count in the section`] : []),
    ...(reference > 0 ? [`${reference} without one in the reference`] : []),
  ];
  notices.add({
    code: "uncounted-genes",
    message: `Shared genes left out because only one side counted them, or neither: ${parts.join(", ")}. ${geneCount} remain.`,
  });
}

function noteFewGenes(
  geneCount: number,
  typeCount: number,
  { smallerSideCount }: GeneAlignment,
  notices: NoticeList,
): void {
  if (geneCount < FEW_PER_TYPE * typeCount) {
    notices.add({
      code: "few-genes-per-type",
      message: `Only ${numbered(geneCount, "gene")} for ${numbered(typeCount, "cell type")}, fewer than ${FEW_PER_TYPE} per type: the answer is uncertain.`,
    });
  }
  if (geneCount < FEW_SHARED * smallerSideCount) {
    notices.add({
      code: "few-shared-genes",
      message: `Few genes have counts on both sides: ${geneCount} of ${numbered(smallerSideCount, "gene")} of the smaller side.`,
    });
  }
}
