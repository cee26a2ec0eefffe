import { FormatError, OptionError, ShapeError } from "@flashdeconv/core";
import { settleAll } from "../settle-all.js";
import type { ReadableStore } from "../store.js";
import { encodingOf } from "./encoding-of.js";
import { type Hierarchy, join, openHierarchy } from "./hierarchy.js";
import { type NameSource, openNames } from "./name-source.js";
import { type Matrix, openMatrix } from "./open-matrix.js";

/** The parts of an AnnData store that every data set has, with lengths that agree. */
export interface AnnData {
  readonly hierarchy: Hierarchy;
  readonly matrix: Matrix;
  readonly rowNames: NameSource;
  readonly geneNames: NameSource;
}

/** Opens the hierarchy of an AnnData store. Throws FormatError where the store is of another kind. */
export async function openAnnDataRoot(store: ReadableStore, signal?: AbortSignal): Promise<Hierarchy> {
  const hierarchy = await openHierarchy(store, signal);
  const root = await hierarchy.node("");
  if (root && "spatialdata_attrs" in root.attributes) throw await isSpatialData(hierarchy);
  if (root?.kind === "array") {
    throw new FormatError({
      path: "the store's root",
      found: "a single Zarr array",
      expected: "an AnnData store (a group with X, obs and var)",
      remedy: "Give the folder that anndata's write_zarr made.",
    });
  }
  // SpatialData writers once put their own mark over AnnData's; what counts is that obs and var are there.
  if (root && root.attributes["spatialdata-encoding-type"] === undefined) encodingOf(root, ["anndata"]);
  return hierarchy;
}

/** Opens matrix and names. `rows` is what rows are called in messages: "spot" or "cell". */
export async function openAnnData(
  store: ReadableStore,
  layer: string | undefined,
  rows: "spot" | "cell",
  signal?: AbortSignal,
): Promise<AnnData> {
  const hierarchy = await openAnnDataRoot(store, signal);
  const matrixPath = await findMatrix(hierarchy, layer);
  const [matrix, rowNames, geneNames] = await settleAll([
    openMatrix(hierarchy, matrixPath),
    openNames(hierarchy, "obs", signal),
    openNames(hierarchy, matrixPath === "raw/X" ? "raw/var" : "var", signal),
  ]);
  const [rowCount, geneCount] = matrix.info.shape;
  if (rowCount === 0) throw empty(matrixPath, `no ${rows}`);
  if (geneCount === 0) throw empty(matrixPath, "no gene");
  requireLength(matrixPath, `${rowCount} rows`, rowNames, rowCount);
  requireLength(matrixPath, `${geneCount} columns`, geneNames, geneCount);
  return { hierarchy, matrix, rowNames, geneNames };
}

/** Paths of all matrices of a store that are there: X, layers, raw. Layers only where they can be listed. */
export async function listMatrices(hierarchy: Hierarchy): Promise<string[]> {
  const layers = (await hierarchy.children("layers")) ?? [];
  const paths = ["X", ...layers.map((name) => join("layers", name)), "raw/X"];
  const nodes = await settleAll(paths.map((path) => hierarchy.node(path)));
  return paths.filter((_, i) => nodes[i] !== undefined);
}

async function findMatrix(hierarchy: Hierarchy, layer: string | undefined): Promise<string> {
  const path = layer === undefined || layer === "X" ? "X" : layer === "raw" ? "raw/X" : join("layers", layer);
  if (await hierarchy.node(path)) return path;
  const found = await listMatrices(hierarchy);
  const there =
    found.length > 0
      ? found.map((name) => name.replace("layers/", "").replace("raw/X", "raw")).join(", ")
      : "none";
  if (layer === undefined) {
    throw new FormatError({
      path: "X",
      found: `no X; matrices there are: ${there}`,
      expected: "a matrix of counts",
      remedy: found.length > 0 ? "Name one of them as the layer." : "Give an AnnData store with counts.",
    });
  }
  throw new OptionError({
    option: "layer",
    value: layer,
    rule: `a matrix of the store: ${there}`,
    remedy: "Name one of these, or leave the option out for X.",
  });
}

async function isSpatialData(hierarchy: Hierarchy): Promise<FormatError> {
  const folder = (await hierarchy.node("table/table")) ? "table" : "tables";
  const tables = (await hierarchy.children(folder)) ?? [];
  const first = tables[0] ?? "<name>";
  return new FormatError({
    path: "the store's root",
    found: `a SpatialData container with the tables ${tables.join(", ") || "(none)"}`,
    expected: "an AnnData store",
    remedy: `Name a table: add /${folder}/${first} to the path of the store.`,
  });
}

function requireLength(matrixPath: string, rows: string, names: NameSource, count: number): void {
  if (names.count === count) return;
  throw new ShapeError({
    subject: matrixPath,
    found: `${rows} but ${names.count} names in ${names.path}`,
    expected: "one name each",
    remedy: "The store is damaged or was edited by hand: write it again with anndata.",
  });
}

function empty(path: string, found: string): ShapeError {
  return new ShapeError({
    subject: path,
    found,
    expected: "at least one spot or cell and one gene",
    remedy: "Give a store with data in it, or name another layer.",
  });
}
