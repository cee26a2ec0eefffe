import { compareCodePoints } from "@flashdeconv/core/internal";
import { selectGenes, signatureSubset } from "@flashdeconv/select-genes";
import type { NoticeList } from "../contracts/notices.js";
import type { DeconvolveOptions } from "../contracts/options.js";
import type { Problem } from "../contracts/problem.js";
import { noteTypesInFit } from "../stages/solve/note-types-in-fit.js";
import { type Evidence, requireEnoughGenes } from "../stages/survey/gather-evidence.js";
import { silentTypes, withoutTypes } from "../stages/survey/silent-types.js";
import { geneSelectionOptions } from "./gene-selection-options.js";

/** Which genes a deconvolution uses, with the signature over them of the types that have a count there. */
export function chooseGenes(
  { moments, genes: counted, signature: known, silentTypes: silentBefore }: Evidence,
  options: DeconvolveOptions,
  notices: NoticeList,
): Pick<Problem, "genes" | "signature" | "silentTypes"> {
  const genes =
    options.genes === "all" ? counted : selectGenes(moments, known, geneSelectionOptions(options)).genes;
  const all = signatureSubset(known, genes);
  // Without markers a type may have none of its counts in the genes that vary.
  const silent = silentTypes(all);
  const signature = withoutTypes(all, silent);
  const { typeNames } = signature;
  requireEnoughGenes(genes.length, typeNames.length, "genes in use");
  const silentNames = [...silentBefore, ...silent.map((k) => all.typeNames[k])].sort(compareCodePoints);
  noteTypesInFit(typeNames, silentNames, notices);
  return { genes, signature, silentTypes: silentNames };
}
