import { FormatError, OptionError } from "@flashdeconv/core";
import { storeBelow } from "@flashdeconv/io-zarr/internal";
import type { ListedStore, ReadOptions } from "@flashdeconv/stores";
import { findMex, type MexNames } from "./find-mex.js";

/** What a folder of a vendor's holds, by the names in it: keys count from the folder, without a leading slash. */
export interface FolderInput {
  /** In words, as in "Visium". */
  readonly called: string;
  readonly layout: "visium" | "visium-hd" | "xenium" | "cells";
  /** The matrix: an HDF5 file, a zipped Zarr store, or a folder in Market Exchange. */
  readonly matrix: string;
  /** The files of a matrix in Market Exchange. */
  readonly mex?: MexNames;
  /** Undefined for cells, which lie nowhere. */
  readonly positions: string | undefined;
  readonly scale: string | undefined;
  /** Bins to make of those of the matrix, edges in micrometres. */
  readonly pool?: { readonly from: number; readonly to: number };
}

export interface FindOptions extends ReadOptions {
  /** Edge of Visium HD's bins, as in "8um", which is the default: those that are there, or a multiple of one. */
  readonly bin?: string;
}

const BINS = /^square_(\d{3,4})um$/;
const DEFAULT_BIN = "8um";

/**
 * What a folder of Cell Ranger, Space Ranger or Xenium holds; undefined where it is a folder of another kind.
 *
 * @throws FormatError where parts are missing or there is a choice that nobody made; OptionError for bins that are not there
 */
export async function findInFolder(
  folder: ListedStore,
  options: FindOptions = {},
): Promise<FolderInput | undefined> {
  const root = await folder.list("/", options);
  if (root.includes("outs")) {
    const inner = await findInFolder(below(folder, "outs"), options);
    return inner && moved(inner, "outs");
  }
  if (root.includes("binned_outputs")) return findBins(folder, options);
  const found = await findFiles(folder, root, options);
  if (found && options.bin !== undefined) throw noBins(options.bin, found.called);
  return found;
}

/** One of the resolutions of Visium HD, or the largest of them that another can be made of. */
async function findBins(folder: ListedStore, options: FindOptions): Promise<FolderInput> {
  const names = (await folder.list("/binned_outputs", options)).filter((name) => BINS.test(name)).sort();
  const edges = names.map((name) => Number(BINS.exec(name)?.[1]));
  const bin = options.bin ?? DEFAULT_BIN;
  const to = /^[1-9]\d{0,3}um$/.test(bin) ? Number.parseInt(bin, 10) : 0;
  const from = Math.max(...edges.filter((edge) => edge > 0 && to > 0 && to % edge === 0));
  if (!Number.isFinite(from)) {
    const sizes = edges.map((edge) => `${edge}um`);
    throw new OptionError({
      option: "bin",
      value: bin,
      rule: `one of the bins in binned_outputs (${sizes.join(", ") || "there is none"}), or a multiple of one`,
      remedy: "Name one of these.",
    });
  }
  const name = `binned_outputs/${names[edges.indexOf(from)]}`;
  const inside = below(folder, name);
  const inner = await findFiles(inside, await inside.list("/", options), options);
  if (!inner) throw missing(name, "no filtered_feature_bc_matrix.h5", "the matrix of these bins");
  const called = `Visium HD, bins of ${to}um`;
  if (from === to) return { ...moved(inner, name), called };
  if (inner.layout !== "visium-hd")
    throw missing(name, "no tissue_positions.parquet", "the positions of these bins");
  return { ...moved(inner, name), called: `${called} pooled from ${from}um`, pool: { from, to } };
}

async function findFiles(
  folder: ListedStore,
  root: readonly string[],
  options: FindOptions,
): Promise<FolderInput | undefined> {
  const isXenium = ["experiment.xenium", "cells.parquet", "cells.csv.gz"].some((name) => root.includes(name));
  const cells = isXenium ? findXenium(root) : undefined;
  if (cells) return cells;
  const matrix = await findMatrix(folder, root, options);
  if (!matrix) return undefined;
  const { prefix, isRaw, ...own } = matrix;
  const places = await Promise.all(
    ["spatial", `${prefix}spatial`].map(async (name) => ({
      name,
      files: await folder.list(`/${name}`, options),
    })),
  );
  for (const { name, files } of [...places, { name: "", files: root }]) {
    const positions = positionsIn(files, prefix);
    if (positions === undefined) continue;
    const at = (file: string) => (name === "" ? file : `${name}/${file}`);
    const scale = files.find((file) => file.endsWith("scalefactors_json.json"));
    const isHd = positions.endsWith(".parquet");
    const called = isHd ? "Visium HD, one size of bins" : "Visium";
    return {
      ...own,
      called: isRaw ? `${called} (raw matrix, which has spots outside of the tissue too)` : called,
      layout: isHd ? "visium-hd" : "visium",
      positions: at(positions),
      scale: scale && at(scale),
    };
  }
  if (places.some(({ files }) => files.length > 0)) {
    throw missing("spatial", "no tissue_positions", "tissue_positions.csv, _list.csv or .parquet");
  }
  // Without a folder of positions it is a run of Cell Ranger: cells, of which a matrix that is not filtered holds mostly empty droplets.
  return isRaw
    ? undefined
    : { ...own, called: "a run of Cell Ranger", layout: "cells", positions: undefined, scale: undefined };
}

interface FoundMatrix extends Pick<FolderInput, "matrix" | "mex"> {
  /** What the names of all files of the sample begin with. */
  readonly prefix: string;
  readonly isRaw: boolean;
}

const MATRIX = /(filtered|raw)_feature_bc_matrix(\.h5)?$/;

/** The matrix of genes: the filtered one before the raw one, a file before a folder in Market Exchange. */
async function findMatrix(
  folder: ListedStore,
  root: readonly string[],
  options: FindOptions,
): Promise<FoundMatrix | undefined> {
  for (const kind of ["filtered_feature_bc_matrix", "raw_feature_bc_matrix"]) {
    const files = root.filter((name) => name.endsWith(`${kind}.h5`));
    if (files.length > 1) {
      throw missing(
        "",
        files.slice(0, 5).join(" and "),
        "one matrix: put each sample into a folder of its own",
      );
    }
    const isRaw = kind.startsWith("raw");
    if (files.length === 1) return { matrix: files[0], prefix: files[0].replace(MATRIX, ""), isRaw };
    const inner = root.find((name) => name.endsWith(kind));
    const mex = inner === undefined ? undefined : findMex(await folder.list(`/${inner}`, options));
    if (inner !== undefined && mex) {
      const at = (name: string) => `${inner}/${name}`;
      const names = { matrix: at(mex.matrix), barcodes: at(mex.barcodes), features: at(mex.features) };
      return { matrix: inner, mex: names, prefix: inner.replace(MATRIX, ""), isRaw };
    }
  }
  if (root.some((name) => name.endsWith("probe_bc_matrix.h5"))) {
    throw missing("", "counts of probes alone", "filtered_feature_bc_matrix.h5 of the same run");
  }
  return undefined;
}

const POSITIONS = ["tissue_positions.parquet", "tissue_positions.csv", "tissue_positions_list.csv"];

function positionsIn(files: readonly string[], prefix: string): string | undefined {
  for (const name of POSITIONS) {
    for (const candidate of [`${prefix}${name}`, name]) if (files.includes(candidate)) return candidate;
  }
  return undefined;
}

function findXenium(root: readonly string[]): FolderInput | undefined {
  const matrix = ["cell_feature_matrix.h5", "cell_feature_matrix.zarr.zip"].find((name) =>
    root.includes(name),
  );
  if (matrix === undefined) {
    if (!root.includes("experiment.xenium")) return undefined;
    throw missing(
      "",
      "no cell_feature_matrix.h5 and no cell_feature_matrix.zarr.zip",
      "the matrix of the cells",
    );
  }
  const positions = ["cells.parquet", "cells.csv.gz", "cells.csv"].find((name) => root.includes(name));
  if (positions === undefined)
    throw missing("", "no cells.parquet and no cells.csv.gz", "the positions of the cells");
  return { called: "Xenium", layout: "xenium", matrix, positions, scale: undefined };
}

function moved(input: FolderInput, folder: string): FolderInput {
  const at = (key: string) => `${folder}/${key}`;
  const { matrix, positions, scale, mex } = input;
  return {
    ...input,
    matrix: at(matrix),
    positions: positions && at(positions),
    scale: scale && at(scale),
    ...(mex && { mex: { matrix: at(mex.matrix), barcodes: at(mex.barcodes), features: at(mex.features) } }),
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
