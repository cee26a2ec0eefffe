import { isFlashdeconvError } from "@flashdeconv/core";
import type { ListedStore } from "@flashdeconv/stores";
import { type Hierarchy, openHierarchy } from "../read/hierarchy.js";
import { storeBelow } from "../store-below.js";
import { convertedElements } from "./conversion.js";
import { recordedElements } from "./former-elements.js";
import { withoutConsolidated } from "./without-consolidated.js";
import { WRITTEN_AS } from "./written-as.js";

/** The attribute in which kept statistics lie, and their arrays. */
const STATISTICS = "flashdeconv_statistics";
const STATISTICS_ARRAYS = [
  "statistics",
  "gram",
  "confusion",
  "library_sizes",
  "neighbors_indptr",
  "neighbors_indices",
  "spatial_order",
  "coordinates",
  "spot_names",
  "section_codes",
];
/** The statistics of one section of several, in those of all. */
const OF_A_SECTION = /^section-\d+$/;
const OF_A_RESULT = ["obs/_index", "var/_index", "obsm/spatial"];
const OF_A_SIMULATION = [...OF_A_RESULT, "X", "obs/cell_type", "obsm/truth", "uns/simulation"];
const OF_A_SIGNATURE = ["obs/_index", "var/_index", "X", "obs/cell_type", "obs/cell_count", "obs/dispersion"];
const OF_AN_EXPRESSION = [
  ...["obs/_index", "var/_index", "X", "obs/region", "obs/cell_type", "obs/spots", "var/unassigned"],
  ...["obsm/spatial", "uns/expression", "uns/layers"],
];
/** The attribute that lists the layers of expected counts. */
export const LAYERS_RECORD = "flashdeconv_layers";
/** Documents, and what is hidden and of no meaning. */
const PASSED_OVER = /^(\.zgroup|\.zattrs|\.zmetadata|zmetadata|zarr\.json|\.DS_Store|\.flashdeconv-.*)$/;

export interface ForeignPartOptions {
  /** Of the group, such as the table of a container; the root by default. */
  readonly path?: string;
  /** Whether it is asked what `convert` did not write, of a store that it wrote. By default nothing of such a store counts as flashdeconv's. */
  readonly isConversion?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The path of something in an AnnData group, or in a store of statistics, that flashdeconv did not write; undefined where it wrote all.
 * The attribute of the root tells a result and a simulated store; results of before there was one are known by their parameters
 * (`uns/<key>_params`). `uns/simulation` tells nothing: a program that changes simulated data carries it along. A section to which a
 * result was added is not all ours.
 */
export async function foreignPart(
  whole: ListedStore,
  { path: below = "", isConversion = false, signal }: ForeignPartOptions = {},
): Promise<string | undefined> {
  const store = storeBelow(whole, below);
  let hierarchy: Hierarchy;
  try {
    hierarchy = await openHierarchy(withoutConsolidated(store), signal);
  } catch (error) {
    if (isFlashdeconvError(error) && error.tag === "FormatError") return "no group of Zarr";
    throw error;
  }
  const names = async (path: string) =>
    ((await store.list?.(`/${path}`, { signal })) ?? []).filter((name) => !PASSED_OVER.test(name));
  const attributes = (await hierarchy.node(""))?.attributes ?? {};
  if (typeof attributes[STATISTICS] === "object" && !isConversion) {
    for (const name of await names("")) {
      if (STATISTICS_ARRAYS.includes(name)) continue;
      if (!OF_A_SECTION.test(name) || !(STATISTICS in ((await hierarchy.node(name))?.attributes ?? {})))
        return name;
      const foreign = (await names(name)).find((inner) => !STATISTICS_ARRAYS.includes(inner));
      if (foreign !== undefined) return `${name}/${foreign}`;
    }
    return undefined;
  }
  const known = isConversion
    ? convertedElements(attributes)
    : await knownElements(hierarchy, attributes, await names("uns"), signal);
  if (!known) return "nothing that says so";
  const isKnown = (path: string) => known.some((one) => one === path || one.startsWith(`${path}/`));
  for (const group of await names("")) {
    if (known.includes(group)) continue;
    const children = await names(group);
    if (!GROUPS.includes(group)) return group;
    const foreign = children.map((name) => `${group}/${name}`).find((path) => !isKnown(path));
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

/** What `ownKind` calls a section or reference that was converted. Others run on it: only `convert` replaces it. */
export const CONVERTED = "a store that flashdeconv converted";

/** What a store is, as messages call it: something of flashdeconv's that was finished, or a store. */
export async function ownKind(store: ListedStore): Promise<string> {
  let attributes: Readonly<Record<string, unknown>> = {};
  try {
    attributes = (await (await openHierarchy(withoutConsolidated(store))).node(""))?.attributes ?? {};
  } catch {
    // Whatever it is, it cannot be told.
  }
  if (typeof attributes[STATISTICS] === "object") return "finished statistics of flashdeconv";
  if (attributes[WRITTEN_AS] === "result") return "a finished result of flashdeconv";
  if (attributes[WRITTEN_AS] === "signature") return "a signature that flashdeconv wrote,";
  if (attributes[WRITTEN_AS] === "simulation") return "a section or reference that flashdeconv simulated,";
  if (attributes[WRITTEN_AS] === "expression") return "expected counts that flashdeconv wrote,";
  if (attributes[WRITTEN_AS] === "conversion") return CONVERTED;
  return "a store";
}

const GROUPS = ["obs", "var", "obsm", "uns", "layers", "obsp", "varm", "varp"];

async function knownElements(
  hierarchy: Hierarchy,
  attributes: Readonly<Record<string, unknown>>,
  annotations: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const kind = attributes[WRITTEN_AS];
  const results: string[] = [];
  for (const name of annotations) {
    const key = /^(.+)_params$/.exec(name)?.[1];
    if (key !== undefined) results.push(...((await recordedElements(hierarchy, key, signal)) ?? []));
  }
  if (kind === "signature") return OF_A_SIGNATURE;
  if (kind === "expression") {
    const layers = attributes[LAYERS_RECORD];
    const names = Array.isArray(layers) ? layers.map((name) => `layers/${name}`) : [];
    return [...OF_AN_EXPRESSION, ...names];
  }
  if (kind === "simulation") return [...OF_A_SIMULATION, ...results];
  if (kind !== "result" && results.length === 0) return undefined;
  const { region_key: region, instance_key: instance } = attributes;
  const ofTable = [`obs/${region}`, `obs/${instance}`, "uns/spatialdata_attrs"];
  return [...OF_A_RESULT, ...ofTable, ...results];
}
