import { FormatError, OptionError, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { packStrings } from "../codecs/vlen-utf8.js";
import { settleAll } from "../settle-all.js";
import { encodingOf } from "./encoding-of.js";
import { findGeneColumns, keepColumns } from "./gene-columns.js";
import { openGeneNames } from "./gene-names.js";
import { type Hierarchy, join, openHierarchy } from "./hierarchy.js";
import { type NameSource, nameList, openNames, readNames } from "./name-source.js";
import { inStore } from "./name-store.js";
import { type Matrix, openMatrix } from "./open-matrix.js";
import type { OpenOptions } from "./open-options.js";
import { type Container, isContainer, openTable } from "./spatialdata/open-table.js";

export interface AnnDataRoot {
  /** The store's, or that of a table in it. */
  readonly hierarchy: Hierarchy;
  /** The SpatialData container that the table lies in; undefined for an AnnData store. */
  readonly container: Container | undefined;
}

/** The parts of an AnnData store that every data set has, with lengths that agree. */
export interface AnnData extends AnnDataRoot {
  readonly matrix: Matrix;
  readonly rowNames: NameSource;
  readonly geneNames: NameSource;
  /** The dataframe that tells of them: `var`, or `raw/var`. */
  readonly genesPath: string;
  /** Its rows that are genes, where others are left out of matrix and names. */
  readonly geneRows: Int32Array | undefined;
}

/**
 * Opens the hierarchy of an AnnData store, or of one table of a SpatialData container: the one that is named, or the only one.
 *
 * @throws FormatError where the store is of another kind, OptionError (with the tables there are) where a table has to be named or
 *   cannot be
 */
export async function openAnnDataRoot(
  store: ReadableStore,
  table?: string,
  signal?: AbortSignal,
): Promise<AnnDataRoot> {
  const hierarchy = await openHierarchy(store, signal);
  if (await isContainer(hierarchy)) {
    const container = await openTable(hierarchy, table);
    const inner = hierarchy.below(container.tablePath);
    return inStore(inner.store, async () => {
      await requireAnnData(inner);
      return { hierarchy: inner, container };
    });
  }
  if (table !== undefined) {
    throw new OptionError({
      option: "table",
      value: table,
      rule: "no table, as the store is not a SpatialData container",
      remedy: "Leave it out, or give the path of the container.",
    });
  }
  await requireAnnData(hierarchy);
  return { hierarchy, container: undefined };
}

async function requireAnnData(hierarchy: Hierarchy): Promise<void> {
  const root = await hierarchy.node("");
  if (root?.kind === "array") {
    throw new FormatError({
      path: "the store's root",
      found: "a single Zarr array",
      expected: "an AnnData store (a group with X, obs and var)",
      remedy: "Give the folder that anndata's write_zarr made.",
    });
  }
  // SpatialData writers once put their own mark over AnnData's; what counts is that obs and var are there.
  const [obs, variables] = await settleAll([hierarchy.node("obs"), hierarchy.node("var")]);
  if (root && !(obs?.kind === "group" && variables?.kind === "group")) encodingOf(root, ["anndata"]);
}

/** Opens matrix and names. `rows` is what rows are called in messages: "spot" or "cell". */
export async function openAnnData(
  store: ReadableStore,
  options: Pick<OpenOptions, "layer" | "table" | "geneKey" | "signal" | "onNotice">,
  rows: "spot" | "cell",
): Promise<AnnData> {
  const { hierarchy, container } = await openAnnDataRoot(store, options.table, options.signal);
  return inStore(hierarchy.store, async () => {
    const parts = await openParts(hierarchy, rows, options);
    return { hierarchy, container, ...parts };
  });
}

async function openParts(
  hierarchy: Hierarchy,
  rows: "spot" | "cell",
  { layer, geneKey, signal, onNotice }: Pick<OpenOptions, "layer" | "geneKey" | "signal" | "onNotice">,
): Promise<Omit<AnnData, keyof AnnDataRoot>> {
  const matrixPath = await findMatrix(hierarchy, layer);
  const genesPath = matrixPath === "raw/X" ? "raw/var" : "var";
  const [matrix, rowNames, geneNames, columns] = await settleAll([
    openMatrix(hierarchy, matrixPath),
    openNames(hierarchy, "obs", signal),
    openGeneNames(hierarchy, genesPath, geneKey, { signal, onNotice }),
    findGeneColumns(hierarchy, genesPath, { signal, onNotice }),
  ]);
  const [rowCount, geneCount] = matrix.info.shape;
  if (rowCount === 0) throw empty(matrixPath, `no ${rows}`);
  if (geneCount === 0) throw empty(matrixPath, "no gene");
  requireLength(matrixPath, `${numbered(rowCount, "row")}`, rowNames, rowCount);
  requireLength(matrixPath, `${numbered(geneCount, "column")}`, geneNames, geneCount);
  const parts = { matrix, rowNames, geneNames, genesPath, geneRows: columns };
  return columns ? { ...parts, ...(await ofGenesAlone(parts, columns, signal)) } : parts;
}

async function ofGenesAlone(
  { matrix, geneNames }: Pick<AnnData, "matrix" | "geneNames">,
  columns: Int32Array,
  signal?: AbortSignal,
): Promise<Pick<AnnData, "matrix" | "geneNames">> {
  const names = await readNames(geneNames, signal);
  const kept = packStrings(Array.from(columns, (column) => names[column]));
  return {
    matrix: { ...matrix, source: (options) => keepColumns(matrix.source(options), columns) },
    geneNames: nameList(geneNames.path, kept, geneNames.mostBytes),
  };
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

function requireLength(matrixPath: string, rows: string, names: NameSource, count: number): void {
  if (names.count === count) return;
  throw new ShapeError({
    subject: matrixPath,
    found: `${rows} but ${numbered(names.count, "name")} in ${names.path}`,
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
