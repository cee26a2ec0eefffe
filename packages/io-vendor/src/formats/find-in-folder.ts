import { FormatError, OptionError } from "@flashdeconv/core";
import { storeBelow } from "@flashdeconv/io-zarr/internal";
import type { ListedStore, ReadOptions } from "@flashdeconv/stores";

/** What a folder of a vendor's holds, by the names in it: keys count from the folder, without a leading slash. */
export interface FolderInput {
  /** In words, as in "a folder of Visium". */
  readonly called: string;
  readonly layout: "visium" | "visium-hd" | "xenium";
  /** The matrix: an HDF5 file or a zipped Zarr store. */
  readonly matrix: string;
  readonly positions: string;
  readonly scale: string | undefined;
}

export interface FindOptions extends ReadOptions {
  /** Edge of Visium HD's bins, as in "8um"; by default 8 um where they are there. */
  readonly bin?: string;
}

const BINS = /^square_(\d{3,4})um$/;
const DEFAULT_BIN = "8um";

/**
 * What a folder of Space Ranger or Xenium holds; undefined where it is a folder of another kind.
 *
 * @throws FormatError where parts are missing or there is a choice that nobody made; OptionError for bins that are not there
 */
export async function findInFolder(
  folder: ListedStore,
  options: FindOptions = {},
): Promise<FolderInput | undefined> {
  const root = await folder.list("/", options);
  if (root.includes("outs")) return findBelow(folder, "outs", options);
  if (root.includes("binned_outputs")) return findBins(folder, options);
  const found = await findFiles(folder, options);
  if (!found) return undefined;
  if (options.bin !== undefined && found.layout !== "visium-hd") throw noBins(options.bin, found.called);
  return found;
}

async function findBelow(
  folder: ListedStore,
  name: string,
  options: FindOptions,
): Promise<FolderInput | undefined> {
  const inner = await findInFolder(below(folder, name), options);
  return inner && moved(inner, name);
}

/** One of the resolutions of Visium HD. */
async function findBins(folder: ListedStore, options: FindOptions): Promise<FolderInput> {
  const names = (await folder.list("/binned_outputs", options)).filter((name) => BINS.test(name)).sort();
  const sizes = names.map((name) => `${Number(BINS.exec(name)?.[1])}um`);
  const at = sizes.indexOf(options.bin ?? DEFAULT_BIN);
  if (at < 0) {
    throw new OptionError({
      option: "bin",
      value: options.bin ?? DEFAULT_BIN,
      rule: `one of the bins in binned_outputs: ${sizes.join(", ") || "there is none"}`,
      remedy: "Name one of these.",
    });
  }
  const name = `binned_outputs/${names[at]}`;
  const inner = await findFiles(below(folder, name), options);
  if (!inner) throw missing(name, "no filtered_feature_bc_matrix.h5", "the matrix of these bins");
  return { ...moved(inner, name), called: `Visium HD, bins of ${sizes[at]}` };
}

async function findFiles(folder: ListedStore, options: FindOptions): Promise<FolderInput | undefined> {
  const root = await folder.list("/", options);
  if (root.includes("experiment.xenium") || root.includes("cells.parquet") || root.includes("cells.csv.gz")) {
    const matrix = ["cell_feature_matrix.h5", "cell_feature_matrix.zarr.zip"].find((name) =>
      root.includes(name),
    );
    if (matrix !== undefined) return xenium(matrix, root);
    if (root.includes("experiment.xenium")) {
      throw missing(
        "",
        "no cell_feature_matrix.h5 and no cell_feature_matrix.zarr.zip",
        "the matrix of the cells",
      );
    }
  }
  const matrices = root.filter((name) => name.endsWith("filtered_feature_bc_matrix.h5"));
  const raw = root.filter((name) => name.endsWith("raw_feature_bc_matrix.h5"));
  const found = matrices.length > 0 ? matrices : raw;
  if (found.length === 0) return undefined;
  if (found.length > 1) {
    throw missing(
      "",
      `${found.slice(0, 5).join(" and ")}`,
      "one matrix: put each sample into a folder of its own",
    );
  }
  const [matrix] = found;
  const prefix = matrix.replace(/(filtered|raw)_feature_bc_matrix\.h5$/, "");
  const places = await Promise.all(
    ["spatial", `${prefix}spatial`].map(async (name) => ({
      name,
      files: await folder.list(`/${name}`, options),
    })),
  );
  const inRoot = { name: "", files: root };
  for (const { name, files } of [...places, inRoot]) {
    const positions = positionsIn(files, prefix);
    if (positions === undefined) continue;
    const at = (file: string) => (name === "" ? file : `${name}/${file}`);
    const scale = files.find((file) => file.endsWith("scalefactors_json.json"));
    const isHd = positions.endsWith(".parquet");
    return {
      called: isHd ? "Visium HD, one size of bins" : "Visium",
      layout: isHd ? "visium-hd" : "visium",
      matrix,
      positions: at(positions),
      scale: scale && at(scale),
    };
  }
  throw missing("spatial", "no tissue_positions", "spatial/tissue_positions.csv, _list.csv or .parquet");
}

const POSITIONS = ["tissue_positions.parquet", "tissue_positions.csv", "tissue_positions_list.csv"];

function positionsIn(files: readonly string[], prefix: string): string | undefined {
  for (const name of POSITIONS) {
    for (const candidate of [`${prefix}${name}`, name]) if (files.includes(candidate)) return candidate;
  }
  return undefined;
}

function xenium(matrix: string, root: readonly string[]): FolderInput {
  const positions = ["cells.parquet", "cells.csv.gz", "cells.csv"].find((name) => root.includes(name));
  if (positions === undefined)
    throw missing("", "no cells.parquet and no cells.csv.gz", "the positions of the cells");
  return { called: "Xenium", layout: "xenium", matrix, positions, scale: undefined };
}

function moved(input: FolderInput, folder: string): FolderInput {
  const at = (key: string) => `${folder}/${key}`;
  return {
    ...input,
    matrix: at(input.matrix),
    positions: at(input.positions),
    scale: input.scale && at(input.scale),
  };
}

function below(folder: ListedStore, name: string): ListedStore {
  return storeBelow(folder, name) as ListedStore;
}

function noBins(bin: string, called: string): OptionError {
  return new OptionError({
    option: "bin",
    value: bin,
    rule: `left out for ${called}: only folders of Visium HD with binned_outputs have bins to choose from`,
    remedy: "Leave it out.",
  });
}

function missing(path: string, found: string, expected: string): FormatError {
  return new FormatError({
    path: path || "the folder",
    found,
    expected,
    remedy: "Give the output folder as the instrument's software wrote it.",
  });
}
