import { OptionError } from "@flashdeconv/core";
import { checkedOptions, number, type OptionTable, wholeNumber } from "@flashdeconv/core/internal";

export interface GeneSelectionOptions {
  /** Highly variable genes to take. */
  readonly highlyVariableCount: number;
  /** Marker genes to take per cell type. */
  readonly markersPerType: number;
  /** Bins of mean expression within which dispersions are compared. */
  readonly binCount: number;
  /** Least mean of a candidate, on the ln(1 + 1e4 y / lib) scale. */
  readonly minimumMean: number;
  /** Greatest mean of a candidate. */
  readonly maximumMean: number;
  /** Least dispersion of a candidate, in standard deviations of its bin. */
  readonly minimumDispersion: number;
}

export const GENE_SELECTION_OPTIONS: OptionTable<GeneSelectionOptions> = Object.freeze({
  highlyVariableCount: {
    kind: wholeNumber({ least: 0 }),
    default: 2000,
    because: "the usual number for whole transcriptomes",
    meaning: "highly variable genes",
  },
  markersPerType: {
    kind: wholeNumber({ least: 0 }),
    default: 50,
    because: "a rare type has genes of its own whatever varies most",
    meaning: "marker genes per type",
  },
  binCount: {
    kind: wholeNumber({ least: 1 }),
    default: 20,
    because: "as in the published package",
    meaning: "bins of mean expression within which dispersions are compared",
  },
  minimumMean: {
    kind: number(),
    default: 0.0125,
    because: "below it is mostly noise",
    meaning: "least mean of a candidate",
  },
  maximumMean: {
    kind: number(),
    default: 3,
    because: "above it are genes that every cell expresses",
    meaning: "greatest mean of a candidate",
  },
  minimumDispersion: {
    kind: number(),
    default: 0.5,
    because: "as in the published package",
    meaning: "least dispersion of a candidate, in standard deviations of its bin",
  },
});

/**
 * The given options, checked, with the defaults for what is left out.
 *
 * @throws OptionError when a value is not one the option can take, or no gene could be selected at all.
 */
export function resolveGeneSelectionOptions(
  options: Partial<GeneSelectionOptions> = {},
): GeneSelectionOptions {
  const resolved = checkedOptions(GENE_SELECTION_OPTIONS, options);
  const { highlyVariableCount, markersPerType, minimumMean, maximumMean } = resolved;
  if (maximumMean < minimumMean) {
    throw new OptionError({
      option: "maximumMean",
      value: maximumMean,
      rule: `a number of at least minimumMean (${minimumMean})`,
    });
  }
  if (highlyVariableCount === 0 && markersPerType === 0) {
    throw new OptionError({
      option: "highlyVariableCount",
      value: 0,
      rule: "a whole number of at least 1 where markersPerType is 0",
    });
  }
  return resolved;
}
