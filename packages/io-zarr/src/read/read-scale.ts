import { isFlashdeconvError } from "@flashdeconv/core";
import { copyNumbers } from "./copy-numbers.js";
import { type CoordinateRequest, findCoordinates } from "./find-coordinates.js";
import { type Hierarchy, join } from "./hierarchy.js";
import type { AnnDataRoot } from "./open-anndata.js";
import { openArray } from "./zarr-array.js";

/** What Space Ranger takes for the diameter of a spot of Visium when it writes `spot_diameter_fullres`. */
const SPOT_MICROMETERS = 65;
/** Images of one instrument differ by less. */
const SAME = 0.01;

/**
 * Micrometres per unit of the coordinates, where these are pixels of the full image and `uns/spatial` tells how large one is; undefined
 * where nobody knows, or where images differ.
 */
export async function readScale(
  root: AnnDataRoot,
  request: CoordinateRequest,
  signal?: AbortSignal,
): Promise<number | undefined> {
  try {
    if (!(await arePixels(root, request, signal))) return undefined;
    const { hierarchy } = root;
    const scales: (number | undefined)[] = [];
    for (const library of (await hierarchy.children("uns/spatial")) ?? []) {
      const factors = join("uns/spatial", library, "scalefactors");
      if ((await hierarchy.node(factors))?.kind !== "group") continue;
      const diameter = await readNumber(hierarchy, join(factors, "spot_diameter_fullres"), signal);
      const fromSpots = diameter && SPOT_MICROMETERS / diameter;
      scales.push((await readNumber(hierarchy, join(factors, "microns_per_pixel"), signal)) ?? fromSpots);
    }
    const [first] = scales;
    if (first === undefined) return undefined;
    const isOne = scales.every((scale) => scale !== undefined && Math.abs(scale / first - 1) < SAME);
    return isOne ? first : undefined;
  } catch (error) {
    // What is wrong with coordinates is told when they are read; a scale is only nice to have.
    if (!isFlashdeconvError(error)) throw error;
    return undefined;
  }
}

async function arePixels(
  root: AnnDataRoot,
  request: CoordinateRequest,
  signal?: AbortSignal,
): Promise<boolean> {
  const origin = await findCoordinates(root, request, signal);
  if (origin?.kind === "columns") return origin.columnNames.some((name) => name.endsWith("_in_fullres"));
  return origin?.kind === "matrix" && (origin.path === "obsm/spatial" || origin.path === "obsm/X_spatial");
}

/** A single number above 0; undefined where there is none. */
async function readNumber(
  hierarchy: Hierarchy,
  path: string,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const node = await hierarchy.node(path);
  if (node?.kind !== "array") return undefined;
  const { shape, dataType } = node.metadata;
  if (shape.length > 1 || (shape[0] ?? 1) !== 1) return undefined;
  if (dataType.kind !== "integer" && dataType.kind !== "float") return undefined;
  const array = openArray(hierarchy, node);
  const chunk = await array.readChunk(
    shape.map(() => 0),
    "fill",
    signal,
  );
  const value = new Float64Array(1);
  copyNumbers(array, { data: chunk?.data, from: 0, to: 1, at: 0 }, value);
  return Number.isFinite(value[0]) && value[0] > 0 ? value[0] : undefined;
}
