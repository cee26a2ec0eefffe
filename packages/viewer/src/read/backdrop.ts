import { FormatError } from "@flashdeconv/core";
import {
  type Hierarchy,
  join,
  openDataframe,
  readTransformations,
  readUns,
} from "@flashdeconv/io-zarr/arrays/internal";
import type { Backdrop } from "../contracts.js";
import { type ImageArray, MOST_SIDE, openImage, readImage, stepOf } from "./image-pixels.js";
import { hasNode, type Root } from "./root.js";

/** A picture of the tissue, from whose pixels a matrix leads to the positions. */
export type TissueImage = Omit<Backdrop, "opacity">;

type Matrix = Backdrop["matrix"];

interface Found {
  readonly image: ImageArray;
  /** From corners of its pixels to the positions. */
  readonly matrix: Matrix;
}

const SAME: Matrix = [1, 0, 0, 0, 1, 0];
const MOST_LEVELS = 32;
/** Names of images, the one to be shown first; others come after the first. */
const PREFERRED = [/hires/i, /^(?!.*(lowres|cytassist))/i, /lowres/i];

/**
 * Reads the picture of the tissue that a section has, where the result lies in the section's store: `uns/spatial` of AnnData, `images`
 * of a SpatialData container. Undefined where there is none, or where the positions are not those of its pixels.
 *
 * @throws FormatError where there is one that cannot be shown
 */
export async function readTissueImage(
  { hierarchy: table, container }: Root,
  key: string,
  signal?: AbortSignal,
): Promise<TissueImage | undefined> {
  const hierarchy = table.withSignal(signal);
  if ((await hierarchy.node(""))?.attributes.flashdeconv === "result") return undefined;
  const place = await placeOf(hierarchy, { key, isInContainer: container !== undefined, signal });
  const found = container
    ? await inContainer(container.hierarchy.withSignal(signal), hierarchy, { place, signal })
    : place === "pixels" && (await inUns(hierarchy, signal));
  if (!found) return undefined;
  const step = stepOf(found.image);
  return {
    image: await readImage(found.image, signal),
    matrix: after([step, 0, 0, 0, step, 0], found.matrix),
  };
}

/** What positions are: pixels of the section, which in a container are the coordinates of its shapes; the shapes' own places; or else. */
type Place = "pixels" | "shapes" | "other";

async function placeOf(
  hierarchy: Hierarchy,
  { key, isInContainer, signal }: { key: string; isInContainer: boolean; signal?: AbortSignal },
): Promise<Place> {
  const told = async (name: string) => {
    const path = join("uns", `${key}_params`);
    return (await hasNode(hierarchy, path, name))
      ? String(await readUns({ hierarchy, signal, elementCount: 0, bytes: 0 }, join(path, name)))
      : undefined;
  };
  const arePixels = (names: readonly string[]) => names.every((name) => name.endsWith("_in_fullres"));
  const columns = await told("spatial_columns");
  if (columns !== undefined) return arePixels(columns.split(",")) ? "pixels" : "other";
  const names = ["spatial", "X_spatial"];
  const table = await told("spatial_key");
  if (table !== undefined) return names.includes(table) ? "pixels" : "other";
  for (const name of names) if (await hasNode(hierarchy, "obsm", name)) return "pixels";
  if (isInContainer) return "shapes";
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const isElsewhere = ["x", "X", "x_centroid"].some((name) => columnNames.includes(name));
  return columnNames.includes("pxl_col_in_fullres") && !isElsewhere ? "pixels" : "other";
}

async function inUns(hierarchy: Hierarchy, signal?: AbortSignal): Promise<Found | undefined> {
  const libraries: string[] = [];
  for (const name of (await hierarchy.children("uns/spatial")) ?? []) {
    if (await hasNode(hierarchy, join("uns/spatial", name), "images")) libraries.push(name);
  }
  if (libraries.length > 1)
    throw notPlaced("uns/spatial", `pictures of more than one section (${libraries.length})`);
  const [library] = libraries.map((name) => join("uns/spatial", name));
  if (library === undefined) return undefined;
  const names: string[] = [];
  for (const name of ["hires", "lowres"]) {
    if (await hasNode(hierarchy, join(library, "images"), name)) names.push(name);
  }
  return firstOf(names, async (name) => {
    const factor = `tissue_${name}_scalef`;
    const path = join(library, "scalefactors");
    const scale = (await hasNode(hierarchy, path, factor))
      ? Number(await readUns({ hierarchy, signal, elementCount: 0, bytes: 0 }, join(path, factor)))
      : Number.NaN;
    if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) throw notPlaced(join(path, factor), `${scale}`);
    const node = await hierarchy.node(join(library, "images", name));
    if (node?.kind !== "array") throw notPlaced(join(library, "images", name), "no array");
    return {
      image: openImage(hierarchy, node, ["y", "x", "c"]),
      matrix: [1 / scale, 0, 0, 0, 1 / scale, 0],
    };
  });
}

async function inContainer(
  container: Hierarchy,
  table: Hierarchy,
  { place, signal }: { readonly place: Place; readonly signal?: AbortSignal },
): Promise<Found | undefined> {
  const listed = place === "other" ? [] : ((await container.children("images")) ?? []);
  const rank = (name: string) => PREFERRED.findIndex((pattern) => pattern.test(name)) >>> 0;
  const names = listed.filter((name) => !name.startsWith(".")).sort((a, b) => rank(a) - rank(b));
  if (names.length === 0) return undefined;
  const regions = await regionsOf(table, signal);
  const shapes = await Promise.all(regions.map((name) => systemsOf(container, join("shapes", name))));
  if (place === "pixels" && regions.length > 1) {
    throw notPlaced("images", `a table about ${regions.length} elements, each with coordinates of its own`);
  }
  return firstOf(names, async (name) => {
    const path = join("images", name);
    const { multiscale, systems } = await multiscaleOf(container, path);
    const shared = [...systems.keys()].filter((one) => shapes.every((shape) => shape.has(one)));
    const system = shared.includes("global") ? "global" : shared[0];
    const toSystem = systems.get(system);
    if (toSystem === undefined || shapes.length === 0) {
      throw notPlaced(path, "no coordinate system that the spots' shapes have too");
    }
    const { image, matrix } = await levelOf(container, path, multiscale);
    const toPlace = place === "pixels" ? inverse(shapes[0].get(system) ?? SAME) : SAME;
    const whole = after(after(matrix, toSystem), toPlace);
    if (!whole.every(Number.isFinite)) throw notPlaced(path, "a transformation that cannot be undone");
    return { image, matrix: whole };
  });
}

/** The elements that a table says it is about. */
async function regionsOf(table: Hierarchy, signal?: AbortSignal): Promise<readonly string[]> {
  let region: unknown = (await table.node(""))?.attributes.region;
  if (region === undefined && (await hasNode(table, "uns/spatialdata_attrs", "region"))) {
    const reading = { hierarchy: table, signal, elementCount: 0, bytes: 0 };
    region = await readUns(reading, "uns/spatialdata_attrs/region");
  }
  return (Array.isArray(region) ? region : [region]).filter((name) => typeof name === "string");
}

async function systemsOf(container: Hierarchy, path: string): Promise<ReadonlyMap<string, Matrix>> {
  return readTransformations((await container.node(path))?.attributes ?? {}, path);
}

interface Multiscale {
  readonly axes?: unknown;
  readonly datasets?: readonly { readonly path?: unknown; readonly coordinateTransformations?: unknown }[];
}

async function multiscaleOf(container: Hierarchy, path: string) {
  const attributes = (await container.node(path))?.attributes as
    | { ome?: { multiscales?: Multiscale[] }; multiscales?: Multiscale[] }
    | undefined;
  const list = attributes?.ome?.multiscales ?? attributes?.multiscales;
  const multiscale = Array.isArray(list) ? list[0] : undefined;
  if (!Array.isArray(multiscale?.axes) || !Array.isArray(multiscale.datasets)) {
    throw notPlaced(path, "no multiscales with axes and datasets");
  }
  return { multiscale, systems: await readTransformations({ ...multiscale }, path) };
}

/** The finest level that is small enough, and what leads from its pixels to the image's own coordinates. */
async function levelOf(
  container: Hierarchy,
  path: string,
  { axes, datasets = [] }: Multiscale,
): Promise<Found> {
  const names = (axes as unknown[]).map((axis) => String((axis as { name?: unknown })?.name ?? axis));
  const levels = datasets.slice(0, MOST_LEVELS);
  const nodes = await Promise.all(levels.map((level) => container.node(join(path, String(level?.path)))));
  const isSmall = (node: (typeof nodes)[number]) =>
    node?.kind === "array" && Math.max(...node.metadata.shape) <= MOST_SIDE;
  const at = nodes.some(isSmall) ? nodes.findIndex(isSmall) : nodes.length - 1;
  const node = nodes[at];
  if (node?.kind !== "array") throw notPlaced(path, "no level that is an array");
  const steps = levels[at].coordinateTransformations;
  const transformations = Array.isArray(steps) ? steps : [];
  const level = { type: "sequence", transformations, output: "own" };
  const own = await readTransformations({ axes: names, coordinateTransformations: [level] }, path);
  return { image: openImage(container, node, names), matrix: own.get("own") ?? SAME };
}

/** What comes of the first that can be shown; where none can, what is wrong with the first. */
async function firstOf(
  names: readonly string[],
  open: (name: string) => Promise<Found>,
): Promise<Found | undefined> {
  let failure: unknown;
  for (const name of names) {
    try {
      return await open(name);
    } catch (error) {
      failure ??= error;
      if (!(error instanceof FormatError)) break;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

/** First one map, then the other. */
function after([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix {
  return [p * a + q * d, p * b + q * e, p * c + q * f + r, s * a + t * d, s * b + t * e, s * c + t * f + u];
}

function inverse([a, b, c, d, e, f]: Matrix): Matrix {
  const determinant = a * e - b * d;
  const [p, q, s, t] = [e, -b, -d, a].map((value) => value / determinant);
  return [p, q, -(p * c + q * f), s, t, -(s * c + t * f)];
}

function notPlaced(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "one picture, and what leads from its pixels to the positions of the spots",
    remedy: "Without it the map is shown alone.",
  });
}
