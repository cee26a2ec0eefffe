import { type ColumnValues, columnKind } from "./column-values.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { openDataframe } from "./open-dataframe.js";

/** Two columns of obs that look like coordinates, the horizontal axis first. */
export interface CoordinateCandidate {
  readonly columnNames: readonly [string, string];
  /** False for text, which has to be made numbers first. */
  readonly isNumeric: boolean;
}

/** Parts of a name that stand for the horizontal axis, and for the vertical one. */
const AXES: readonly (readonly [string, string])[] = [
  ["x", "y"],
  ["col", "row"],
  ["column", "row"],
  ["cols", "rows"],
  ["imagecol", "imagerow"],
  ["xcoord", "ycoord"],
  ["lon", "lat"],
];

/** Numbers are axes only where the rest of the name speaks of places: spatial_1, coord_1. */
const NUMBERED: readonly (readonly [string, string])[] = [
  ["1", "2"],
  ["0", "1"],
];
const SPEAKS_OF_PLACES = /spatial|coord|centroid|position|location/i;

/** Columns that are not places in tissue, whatever their axes are called. */
const EMBEDDING = /umap|tsne|t-sne|pca|phate|latent|embed/i;

/** Pairs of columns of obs whose names differ only in the axis: center_x and center_y, imagecol and imagerow. Reads no values. */
export async function findCandidates(hierarchy: Hierarchy): Promise<CoordinateCandidate[]> {
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const candidates: CoordinateCandidate[] = [];
  for (const pair of pairsOf(columnNames)) {
    const kinds = await Promise.all(pair.map((name) => kindOf(hierarchy, name)));
    if (kinds.some((kind) => kind === undefined || kind === "boolean")) continue;
    candidates.push({ columnNames: pair, isNumeric: kinds.every((kind) => kind === "number") });
  }
  // Numbers can be used as they are.
  return candidates.sort((a, b) => Number(b.isNumeric) - Number(a.isNumeric));
}

/** Pairs of names in the order of the first of each. */
export function pairsOf(names: readonly string[]): [string, string][] {
  const byText = new Map(names.map((name) => [name.toLowerCase(), name]));
  const pairs: [string, string][] = [];
  for (const name of names) {
    if (EMBEDDING.test(name)) continue;
    const partner = partnersOf(name).find((other) => byText.has(other) && byText.get(other) !== name);
    const found = partner === undefined ? undefined : byText.get(partner);
    if (found !== undefined) pairs.push([name, found]);
  }
  return pairs;
}

/** What the column of the vertical axis may be called, in lower case, for a name of the horizontal one. */
function partnersOf(name: string): string[] {
  const axes = SPEAKS_OF_PLACES.test(name) ? [...AXES, ...NUMBERED] : AXES;
  // Where one word ends and another begins: x_slide_mm, CenterX, centerX_px, coord1.
  const words: string[] = name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d|[^A-Za-z\d]+/g) ?? [];
  return words.flatMap((word, at) =>
    axes
      .filter(([across]) => across === word.toLowerCase())
      .map(([, down]) => words.with(at, down).join("").toLowerCase()),
  );
}

async function kindOf(hierarchy: Hierarchy, name: string): Promise<ColumnValues["kind"] | undefined> {
  try {
    const node = await hierarchy.node(join("obs", name));
    return node && columnKind(node);
  } catch {
    // A column that cannot be read is not a candidate.
    return undefined;
  }
}

/** The pairs as values of the option that takes them. */
export function describeCandidates(candidates: readonly CoordinateCandidate[]): string {
  const shown = candidates
    .slice(0, MOST_SHOWN)
    .map(({ columnNames, isNumeric }) => `${columnNames.join(",")}${isNumeric ? "" : " (not numbers)"}`);
  return `${shown.join(" or ")}${candidates.length > MOST_SHOWN ? " or others" : ""}`;
}

const MOST_SHOWN = 4;
