import type { Coordinates, NeighborGraph, Notice } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";

/** A greater share of spots at the place of another is no accident: sections lie over each other. */
const ACCIDENTAL_SHARE = 0.01;

/**
 * Spots that lie exactly where one of their neighbours does. In every kind of graph the spots at a spot's own place are among its
 * neighbours, so that nothing has to be sorted.
 */
export function countSharedPositions(
  { dimension, values }: Coordinates,
  { spotCount, indptr, indices }: NeighborGraph,
): number {
  let count = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
      let isSame = true;
      for (let axis = 0; axis < dimension; axis++) {
        isSame &&= values[spot * dimension + axis] === values[indices[e] * dimension + axis];
      }
      if (!isSame) continue;
      count++;
      break;
    }
  }
  return count;
}

/** What to say of coordinates and neighbours that do not look like those of one tissue. */
export function positionNotices(
  components: Int32Array | undefined,
  { spotCount, sharedCount }: { readonly spotCount: number; readonly sharedCount: number },
  neighborCount: number,
): Notice[] {
  const notices: Notice[] = [];
  if (sharedCount > ACCIDENTAL_SHARE * spotCount) {
    const where = components ? " of their section" : "";
    notices.push({
      code: "shared-positions",
      message: `Spots at the position of another${where}, smoothed with it: ${sharedCount} of ${numbered(spotCount, "spot")}. Where several sections share one coordinate system, name the column of obs that tells them apart: ${optionName("sectionKey", "COLUMN")}.`,
    });
  }
  const [smallCount, count] = components ? countSmall(components, neighborCount) : [0, 1];
  if (smallCount > 0) {
    notices.push({
      code: "small-sections",
      message: `Sections of no more than ${numbered(neighborCount, "spot")}: ${smallCount} of ${count}. There each spot has all others as neighbours.`,
    });
  }
  return notices;
}

/** Components with so few spots that not every spot can have all the neighbours asked for; and all components. */
function countSmall(components: Int32Array, neighborCount: number): [number, number] {
  const sizes = new Map<number, number>();
  for (const component of components) sizes.set(component, (sizes.get(component) ?? 0) + 1);
  return [[...sizes.values()].filter((size) => size <= neighborCount).length, sizes.size];
}
