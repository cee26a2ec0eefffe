import { ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { requireDistinctNames } from "./distinct-names.js";
import type { NamedProportions } from "./named-proportions.js";

/**
 * Leaves of a table the spots that another one answers too, so that methods which leave out different spots can be compared
 * over the same ones. A row with a NaN is not an answer.
 *
 * @throws ShapeError where no spot is left, or a name of the other comes twice.
 */
export function keepAnswered(table: NamedProportions, other: NamedProportions): NamedProportions {
  requireDistinctNames(other, "other result");
  const isAnswered = new Map(other.spotNames.map((name, spot) => [name, !hasNaN(other, spot)]));
  const width = table.typeNames.length;
  const kept = [...table.spotNames.keys()].filter((spot) => isAnswered.get(table.spotNames[spot]));
  if (kept.length === 0) {
    throw new ShapeError({
      subject: "spots to compare",
      found: `none of ${numbered(table.spotNames.length, "spot")} among the ${other.spotNames.length} of the other result with an answer there`,
      expected: "spots that both results answer",
      remedy: "Check that both belong to the same tissue, and that spots are named the same way.",
    });
  }
  const values = new Float64Array(kept.length * width);
  for (const [row, spot] of kept.entries()) {
    for (let k = 0; k < width; k++) values[row * width + k] = table.values[spot * width + k];
  }
  return { spotNames: kept.map((spot) => table.spotNames[spot]), typeNames: table.typeNames, values };
}

function hasNaN({ typeNames: { length: width }, values }: NamedProportions, spot: number): boolean {
  for (let k = 0; k < width; k++) if (Number.isNaN(values[spot * width + k])) return true;
  return false;
}
