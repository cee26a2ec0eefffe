import { bulkMisfit } from "@flashdeconv/solver-weighted";
import type { CellValues } from "../../contracts/inputs.js";

/** Raised to this power logged means come nearer to the section's totals, raw ones go away from them: see docs/method.md. */
export const POWER = 1.5;
/** Of raw means the misfit at least doubled on every section tried, of logged ones it mostly fell. */
const DOUBTFUL = 1.8;
/** log2(1 + 1e6) is 19.93: no logarithm of counts per million is above. */
export const MOST_LOGGED = 20;
/**
 * Of whole numbers: rounding takes small means away, and what is left is as far either way. Of rounded raw means the misfit never fell
 * below 0.95 of what it was; of rounded logged ones it fell to 0.37 to 0.93 on all sections but one.
 */
const WHOLE_LOGGED = 0.9;
/** Few genes fit the totals by chance. */
const FEWEST_GENES = 20;

/** Means of types over the genes that both sides counted. */
export interface TypeMeans {
  readonly typeCount: number;
  /** Types x genes, on any scale. */
  readonly values: Float64Array;
  /** Counts of these genes over the section's spots. */
  readonly sectionTotals: Float64Array;
}

export const MEANS_VERDICTS = ["raw", "all 0 or 1", "may be logged", "logged"] as const;
/** What means look like. */
export type MeansVerdict = (typeof MEANS_VERDICTS)[number];

export interface MeansReport {
  readonly verdict: MeansVerdict;
  readonly isWhole: boolean;
  readonly greatest: number;
  /** Where the greatest lies in the values. */
  readonly greatestAt: number;
}

/**
 * Whether means were logged. They need not be whole, so single values say nothing, and shallow cells have small means, too; but
 * a logarithm squeezes what is expressed most. So the section is asked: whether its totals are a mix of the types, or rather of
 * the types raised to a power. That is the same for means, shares, percents or counts per million.
 */
export function judgeMeans(means: TypeMeans): MeansReport {
  const { values } = means;
  const greatest = values.reduce((most, value) => Math.max(most, value), 0);
  const isWhole = values.every(Number.isInteger);
  const verdict = (): MeansVerdict => {
    if (greatest === 1 && values.every((value) => value === 0 || value === 1)) return "all 0 or 1";
    if (isWhole && greatest > MOST_LOGGED) return "raw";
    const gain = gainOfPower(means);
    if (gain < (isWhole ? WHOLE_LOGGED : 1)) return "logged";
    return gain >= DOUBTFUL || greatest > MOST_LOGGED ? "raw" : "may be logged";
  };
  return { verdict: verdict(), isWhole, greatest, greatestAt: values.indexOf(greatest) };
}

/** Whether the values of single cells may be logged and rounded: whole numbers as small as that pass as counts. */
export function mayBeRoundedLogs(means: TypeMeans, { isWhole, max }: CellValues): boolean {
  return isWhole && max > 1 && max <= MOST_LOGGED && gainOfPower(means) < 1;
}

/** How the misfit of the means to the section's totals changes by the power, as a factor; infinite where that says nothing. */
function gainOfPower({ typeCount, values, sectionTotals }: TypeMeans): number {
  if (sectionTotals.length < FEWEST_GENES) return Number.POSITIVE_INFINITY;
  const misfit = bulkMisfit(values, typeCount, sectionTotals);
  const raised = bulkMisfit(
    values.map((value) => value ** POWER),
    typeCount,
    sectionTotals,
  );
  return misfit === 0 ? Number.POSITIVE_INFINITY : raised / misfit;
}
