import { type ReferenceSignature, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { countedGenes } from "./counted-genes.js";
import type { GeneMoments } from "./gene-moments.js";
import { type GeneSelectionOptions, resolveGeneSelectionOptions } from "./gene-selection-options.js";
import { highlyVariableGenes } from "./highly-variable-genes.js";
import { leverageScores } from "./leverage-scores.js";
import { markerGenes } from "./marker-genes.js";
import { signatureSubset } from "./signature-subset.js";

/** The genes a deconvolution uses, as indices into the shared genes; every list ascends. */
export interface GeneSelection {
  /** Union of the two lists below. */
  readonly genes: Int32Array;
  readonly highlyVariable: Int32Array;
  readonly markers: Int32Array;
  /** Leverage score of each of `genes`. */
  readonly leverage: Float64Array;
}

/**
 * Selects highly variable genes on the spots and marker genes on the reference, and scores their leverage. `moments` and
 * `signature` (raw means) are over the same shared genes. A gene that one side never counted is not selected.
 *
 * @throws ShapeError when they are not, or no gene at all could be selected.
 * @throws OptionError as `resolveGeneSelectionOptions` does.
 */
export function selectGenes(
  moments: GeneMoments,
  signature: ReferenceSignature,
  options: Partial<GeneSelectionOptions> = {},
): GeneSelection {
  const resolved = resolveGeneSelectionOptions(options);
  const geneCount = signature.geneNames.length;
  if (moments.mean.length !== geneCount) {
    throw new ShapeError({
      subject: "gene selection",
      found: `moments of ${numbered(moments.mean.length, "gene")}`,
      expected: `the ${numbered(geneCount, "gene")} of the signature`,
      remedy: "Narrow both sides to the shared genes first.",
    });
  }
  const counted = countedGenes(moments, signature);
  const highlyVariable = highlyVariableGenes(moments, resolved, counted);
  const markers = markerGenes(signature, resolved, counted);
  const genes = Int32Array.from(new Set([...highlyVariable, ...markers])).sort();
  if (genes.length === 0) {
    throw new ShapeError({
      subject: "gene selection",
      found: "no gene",
      expected: "at least one",
      remedy: "Section and reference have no gene that both counted.",
    });
  }
  const leverage = leverageScores(signatureSubset(signature, genes));
  return Object.freeze({ genes, highlyVariable, markers, leverage });
}
