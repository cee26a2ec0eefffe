import { OptionError } from "@flashdeconv/core";

export interface GeneSelectionOptions {
  /** Highly variable genes to take. 2,000 by default, the usual number for whole transcriptomes. */
  readonly highlyVariableCount: number;
  /** Marker genes to take per cell type. 50 by default, so that a rare type has genes of its own whatever varies most. */
  readonly markersPerType: number;
  /** Bins of mean expression within which dispersions are compared. 20 by default, as the published package. */
  readonly binCount: number;
  /** Least mean of a candidate, on the ln(1 + 1e4 y / lib) scale. 0.0125 by default: below it is mostly noise. */
  readonly minimumMean: number;
  /** Greatest mean of a candidate. 3 by default: above it are genes that every cell expresses. */
  readonly maximumMean: number;
  /** Least dispersion of a candidate, in standard deviations of its bin. 0.5 by default. */
  readonly minimumDispersion: number;
}

export const GENE_SELECTION_DEFAULTS: GeneSelectionOptions = Object.freeze({
  highlyVariableCount: 2000,
  markersPerType: 50,
  binCount: 20,
  minimumMean: 0.0125,
  maximumMean: 3,
  minimumDispersion: 0.5,
});

/**
 * The given options, checked, with the defaults for what is left out.
 *
 * @throws OptionError when a value is not one the option can take, or no gene could be selected at all.
 */
export function resolveGeneSelectionOptions(
  options: Partial<GeneSelectionOptions> = {},
): GeneSelectionOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: GeneSelectionOptions = { ...GENE_SELECTION_DEFAULTS, ...Object.fromEntries(given) };
  const { highlyVariableCount, markersPerType, minimumMean, maximumMean } = resolved;
  requireWhole(resolved, "highlyVariableCount", 0);
  requireWhole(resolved, "markersPerType", 0);
  requireWhole(resolved, "binCount", 1);
  requireNumber(resolved, "minimumMean");
  requireNumber(resolved, "maximumMean");
  requireNumber(resolved, "minimumDispersion");
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

function requireWhole(
  options: GeneSelectionOptions,
  option: keyof GeneSelectionOptions,
  minimum: number,
): void {
  const value = options[option];
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new OptionError({ option, value, rule: `a whole number of at least ${minimum}` });
}

function requireNumber(options: GeneSelectionOptions, option: keyof GeneSelectionOptions): void {
  const value = options[option];
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw new OptionError({ option, value, rule: "a number" });
}
