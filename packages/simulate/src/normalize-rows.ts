import { type Notice, ShapeError, type Values } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { type ComparedSide, requireDistinctNames } from "./distinct-names.js";
import type { NamedProportions } from "./named-proportions.js";

/** A sum this close to 1 is 1: proportions kept in single precision or with a few decimals. */
export const SUM_TOLERANCE = 1e-4;

/** What is below 0 by less than this was rounded, as the answers of some solvers are. */
export const ROUNDING = 1e-9;

export interface NormalizedRows {
  /** The table with rows that sum to 1, or are all NaN where there is no answer. */
  readonly table: NamedProportions;
  /** Rows that were divided by their sum. */
  readonly normalizedCount: number;
  /** What was changed or cannot be compared. */
  readonly notices: readonly Notice[];
}

/**
 * Makes proportions of whatever is proportional to them: abundances, percent, numbers of cells. A row whose sum is 1 already
 * stays as it is, to the bit. A row of zeros, or with a NaN, says nothing of its spot: it becomes NaN, and is counted.
 *
 * @throws ShapeError where a name comes twice, or a value is negative or infinite
 */
export function normalizeRows(table: NamedProportions, side: ComparedSide): NormalizedRows {
  requireDistinctNames(table, side);
  const width = table.typeNames.length;
  const values = Float64Array.from(table.values);
  let normalizedCount = 0;
  let zeroCount = 0;
  let undefinedCount = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (let spot = 0; spot < table.spotNames.length; spot++) {
    const row = values.subarray(spot * width, (spot + 1) * width);
    const sum = sumOf(row, table, spot, side);
    if (sum > 0 && Math.abs(sum - 1) <= SUM_TOLERANCE) continue;
    if (sum > 0) {
      for (let k = 0; k < width; k++) row[k] /= sum;
      normalizedCount++;
      least = Math.min(least, sum);
      greatest = Math.max(greatest, sum);
    } else {
      if (sum === 0) zeroCount++;
      else undefinedCount++;
      row.fill(Number.NaN);
    }
  }
  const spotCount = table.spotNames.length;
  return {
    table: { ...table, values },
    normalizedCount,
    notices: [
      ...about(normalizedCount, {
        code: `${codeOf(side)}-normalized`,
        message:
          `${normalizedCount} of ${numbered(spotCount, "row")} of the ${side} do not sum to 1 (sums from ${short(least)} to ` +
          `${short(greatest)}): each was divided by its sum.`,
      }),
      ...about(zeroCount, {
        code: `${codeOf(side)}-rows-zero`,
        message: `${zeroCount} of ${numbered(spotCount, "row")} of the ${side} are all 0: these spots are left out.`,
      }),
      // A result says itself how many spots it has no answer for.
      ...about(side === "truth" ? undefinedCount : 0, {
        code: `${codeOf(side)}-rows-undefined`,
        message: `${undefinedCount} of ${numbered(spotCount, "row")} of the ${side} hold NaN: these spots are left out.`,
      }),
    ],
  };
}

/** The sum of a spot's row; NaN where it holds one. */
function sumOf(row: Values, table: NamedProportions, spot: number, side: ComparedSide): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    const value = row[k];
    if (value < -ROUNDING || Math.abs(value) === Number.POSITIVE_INFINITY) {
      throw new ShapeError({
        subject: `values of the ${side}`,
        found: `${value} for the spot ${JSON.stringify(table.spotNames[spot])} and the type ${JSON.stringify(table.typeNames[k])}`,
        expected: "proportions or abundances: finite numbers of at least 0",
        remedy:
          "Give proportions, percent or numbers of cells; scores and z-values cannot be compared with them.",
      });
    }
    sum += value;
  }
  return sum;
}

function about(count: number, notice: Notice): Notice[] {
  return count > 0 ? [notice] : [];
}

function codeOf(side: ComparedSide): string {
  return side.replaceAll(" ", "-");
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
