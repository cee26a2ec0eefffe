import { type Coordinates, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** The spots of one component, ascending. */
export interface Component {
  readonly spots: Int32Array;
}

/**
 * The spots of each component, components in ascending order of their number; one with all spots where there are none. Numbers need
 * not be dense.
 *
 * @throws ShapeError when there is not one component number of at least 0 per spot.
 */
export function splitComponents({ dimension, values, components }: Coordinates): Component[] {
  const spotCount = values.length / dimension;
  if (components === undefined) return [{ spots: Int32Array.from({ length: spotCount }, (_, spot) => spot) }];
  const wrong = components.findIndex((component) => component < 0);
  if (components.length !== spotCount || wrong >= 0) {
    throw new ShapeError({
      subject: "components of the coordinates",
      found:
        wrong < 0 ? `${numbered(components.length, "number")}` : `${components[wrong]} for spot ${wrong}`,
      expected: `a number of at least 0 for each of ${numbered(spotCount, "spot")}`,
      remedy: "Give one component per spot, or none at all.",
    });
  }
  const counts = new Map<number, number>();
  for (const component of components) counts.set(component, (counts.get(component) ?? 0) + 1);
  const lists = new Map<number, { spots: Int32Array; filled: number }>();
  for (const component of [...counts.keys()].sort((a, b) => a - b)) {
    lists.set(component, { spots: new Int32Array(counts.get(component) ?? 0), filled: 0 });
  }
  let list: { spots: Int32Array; filled: number } | undefined;
  let current = -1;
  for (let spot = 0; spot < spotCount; spot++) {
    // Spots of a component usually follow each other.
    if (components[spot] !== current) {
      current = components[spot];
      list = lists.get(current);
    }
    if (list) list.spots[list.filled++] = spot;
  }
  return [...lists.values()];
}

/** Coordinates of some spots alone, without components. */
export function coordinatesOf({ dimension, values }: Coordinates, spots: Int32Array): Coordinates {
  const part = new Float64Array(spots.length * dimension);
  for (let i = 0; i < spots.length; i++) {
    for (let axis = 0; axis < dimension; axis++)
      part[i * dimension + axis] = values[spots[i] * dimension + axis];
  }
  return { dimension, values: part };
}
