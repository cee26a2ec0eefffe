import { CoordinateError, type Coordinates, FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { settleAll } from "../../settle-all.js";
import { type Hierarchy, join } from "../hierarchy.js";
import type { Annotation } from "./annotation.js";
import { buildInstanceRows, type Instances, readInstances } from "./instance-rows.js";
import type { Container } from "./open-table.js";
import type { Regions } from "./read-regions.js";
import { openShapes } from "./shape-centroids.js";
import { type PlaneMap, readTransformations, sharedSystem } from "./transformation.js";

/** Which of the regions are not shapes, and what they are instead, in words; undefined where all are shapes. */
export async function describeOtherRegions(
  { hierarchy }: Container,
  names: readonly string[],
): Promise<string | undefined> {
  const kinds = await settleAll(names.map((name) => kindOf(hierarchy, name)));
  const others = names.flatMap((name, i) => (kinds[i] === "shapes" ? [] : [`${name} is ${WORDS[kinds[i]]}`]));
  return others.length === 0 ? undefined : others.join(", ");
}

const WORDS = {
  labels: "an image of labels",
  points: "a set of points",
  missing: "no element of the container",
};

async function kindOf(container: Hierarchy, name: string): Promise<"shapes" | keyof typeof WORDS> {
  for (const kind of ["shapes", "labels", "points"] as const) {
    if (await container.node(join(kind, name))) return kind;
  }
  return "missing";
}

/** The shapes that the rows of a table are about. */
export interface ShapesOrigin {
  readonly container: Container;
  readonly annotation: Annotation;
}

/**
 * The centroid of the shape that each row is about, joined by name and not by position, in the coordinate system that the shapes
 * share (see `sharedSystem`), x and y only.
 *
 * Memory beside the result: the instances, a look-up for one region at a time, and what reading the shapes takes.
 *
 * @throws CoordinateError naming the first spot whose shape is not there; FormatError for shapes that are damaged or listed twice
 */
export async function readShapeCoordinates(
  table: Hierarchy,
  { container: { hierarchy }, annotation: { instanceKey } }: ShapesOrigin,
  { codes, names }: Regions,
  { spotName, signal }: Pick<Placing, "spotName" | "signal">,
): Promise<Coordinates> {
  const container = hierarchy.withSignal(signal);
  const instances = await readInstances(table, instanceKey, signal);
  requireRows(instances.keys.length, codes.length, join("obs", instanceKey));
  const systems = await settleAll(
    names.map(async (name) => {
      const path = join("shapes", name);
      return readTransformations((await container.node(path))?.attributes ?? {}, path);
    }),
  );
  const system = sharedSystem(systems);
  const values = new Float64Array(2 * codes.length);
  const isPlaced = new Uint8Array(codes.length);
  for (const [region, name] of names.entries()) {
    const map = system === undefined ? undefined : systems[region].get(system);
    await placeRegion({ container, name, region, instances, codes, values, isPlaced, map, spotName, signal });
  }
  return { dimension: 2, values };
}

interface Placing {
  readonly container: Hierarchy;
  readonly name: string;
  readonly region: number;
  readonly instances: Instances;
  readonly codes: Int32Array;
  /** Written at the rows of the region. */
  readonly values: Float64Array;
  /** The same: 1 where the shape was found. */
  readonly isPlaced: Uint8Array;
  readonly map: PlaneMap | undefined;
  readonly spotName: (row: number) => Promise<string>;
  readonly signal: AbortSignal | undefined;
}

async function placeRegion(placing: Placing): Promise<void> {
  const { container, name, region, instances, codes, values, isPlaced, map, signal } = placing;
  const shapes = await openShapes(container, name, signal);
  const rows = buildInstanceRows(instances, codes, region, shapes.keyKind);
  const [a, b, c, d, e, f] = map ?? [1, 0, 0, 0, 1, 0];
  for await (const { keys, points } of shapes.chunks()) {
    signal?.throwIfAborted();
    for (let i = 0; i < keys.length; i++) {
      const x = points[2 * i];
      const y = points[2 * i + 1];
      rows.find(keys[i], (row) => {
        if (isPlaced[row]) throw listedTwice(join("shapes", name), String(keys[i]));
        isPlaced[row] = 1;
        values[2 * row] = a * x + b * y + c;
        values[2 * row + 1] = d * x + e * y + f;
      });
    }
  }
  let missingCount = 0;
  let first = -1;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] !== region || isPlaced[row]) continue;
    if (missingCount++ === 0) first = row;
  }
  if (missingCount > 0) throw await notThere(placing, missingCount, first);
}

async function notThere({ name, instances, spotName }: Placing, count: number, first: number) {
  const spot = await spotName(first);
  return new CoordinateError({
    subject: join("shapes", name),
    spot,
    found: `no shape for ${numbered(count, "spot")}, the first ${spot} (instance ${String(instances.keys[first])})`,
    expected: "a shape for every spot that is about this element",
    remedy:
      "Leave these spots out of the table (spatialdata.match_sdata_to_table), or put coordinates in obsm/spatial.",
  });
}

function listedTwice(path: string, key: string): FormatError {
  return new FormatError({
    path,
    found: `the item ${key} twice in the index`,
    expected: "one shape for each item of the index",
    remedy: "Make the index of the element unique, or put coordinates in obsm/spatial of the table.",
  });
}

function requireRows(found: number, expected: number, path: string): void {
  if (found === expected) return;
  throw new FormatError({
    path,
    found: `${numbered(found, "value")} for ${numbered(expected, "row")}`,
    expected: "one value per row",
    remedy: "The table is damaged: write it again.",
  });
}
