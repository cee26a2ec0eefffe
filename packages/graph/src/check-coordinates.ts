import { CoordinateError, type Coordinates, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** Beyond this size the square of a difference would overflow. */
const GREATEST_SIZE = 1e150;

/**
 * The number of spots, once every coordinate is known to be usable.
 *
 * @throws ShapeError when there is no spot or the length does not fit the dimension, CoordinateError naming the first
 * spot whose coordinates are not finite or greater than 1e150 in size.
 */
export function checkCoordinates({ dimension, values }: Coordinates): number {
  const spotCount = values.length / dimension;
  if ((dimension !== 2 && dimension !== 3) || !Number.isInteger(spotCount) || spotCount === 0) {
    throw new ShapeError({
      subject: "coordinates",
      found: `${numbered(values.length, "number")} in ${numbered(dimension, "dimension")}`,
      expected: "2 or 3 numbers for each of at least one spot",
      remedy: "Give one row of coordinates per spot.",
    });
  }
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]) <= GREATEST_SIZE) continue;
    const spot = String(Math.floor(i / dimension));
    throw new CoordinateError({
      subject: `coordinates of spot ${spot}`,
      found: String(values[i]),
      expected: `finite numbers of at most ${GREATEST_SIZE} in size`,
      remedy: "Correct the coordinates, or leave the spot out.",
      spot,
    });
  }
  return spotCount;
}
