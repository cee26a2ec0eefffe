import { type Notice, OptionError } from "@flashdeconv/core";
import type { ListedStore } from "@flashdeconv/stores";
import { readText } from "../positions/read-text.js";
import { findCells } from "./find-cells.js";
import { findMatrix } from "./find-matrix.js";
import { ambiguous, below, type FindOptions, type FolderInput, missing, moved } from "./folder-input.js";

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
  if (options.cells || (root.includes("segmented_outputs") && !root.includes("binned_outputs")))
    return findCells(folder, root, options);
  if (root.includes("binned_outputs")) {
    const inner = await findBins(below(folder, "binned_outputs"), options);
    return moved(inner, "binned_outputs");
  }
  if (root.some((name) => BINS.test(name))) return findBins(folder, options);
  const found = await findFiles(folder, root, options);
  if (found && options.bin !== undefined) throw noBins(options.bin, found.called);
  return found;
}

/** One of the resolutions of Visium HD, or the largest of them that another can be made of. */
async function findBins(folder: ListedStore, options: FindOptions): Promise<FolderInput> {
  const names = (await folder.list("/", options)).filter((name) => BINS.test(name)).sort();
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
  const name = names[edges.indexOf(from)];
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
  const matrix = await findMatrix(folder, root, options);
  if (cells && matrix) throw ambiguous([cells.matrix, matrix.matrix], "the output of one instrument");
  if (cells) return cells;
  if (!matrix) {
    const files = root.includes("spatial") ? await folder.list("/spatial", options) : [];
    if (positionsIn(files, "") === undefined) return undefined;
    throw missing(
      "",
      "positions in spatial, and no matrix",
      "filtered_feature_bc_matrix.h5 or its folder beside it",
    );
  }
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
    const tables = positionsOf(files, prefix).map(at);
    await refuseOtherPositions(folder, tables, options);
    const scale = files.find((file) => file.endsWith("scalefactors_json.json"));
    const isHd = positions.endsWith(".parquet");
    const called = isHd ? "Visium HD, one size of bins" : "Visium";
    return {
      ...own,
      ...(isRaw && { isRaw }),
      ...(isHd && tables.length > 1 && { notices: [passedOver(tables)] }),
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

/** Tables of text beside one in Parquet may have been made of it, or by hand. */
function passedOver([first, ...others]: readonly string[]): Notice {
  const message = `Positions are those of ${first}; not read: ${others.join(", ")}.`;
  return { code: "positions-passed-over", message };
}

/** Tables of text that say the same, with a header or without, are one. */
async function refuseOtherPositions(
  folder: ListedStore,
  paths: readonly string[],
  options: FindOptions,
): Promise<void> {
  const tables = paths.filter((path) => path.endsWith(".csv"));
  if (tables.length < 2 || paths.length > tables.length) return;
  const bodies = await Promise.all(
    tables.map(async (path) => (await readText(folder, path, options)).replace(/^barcode.*\n|\s+$|\r/g, "")),
  );
  if (bodies.some((body) => body !== bodies[0]))
    throw ambiguous(tables, "one table of positions, or the same in both");
}

const POSITIONS = ["tissue_positions.parquet", "tissue_positions.csv", "tissue_positions_list.csv"];

function positionsIn(files: readonly string[], prefix: string): string | undefined {
  return positionsOf(files, prefix)[0];
}

/** Files of positions, the one to take first; those of this sample before those of none. */
function positionsOf(files: readonly string[], prefix: string): string[] {
  const all = POSITIONS.flatMap((name) => [...new Set([`${prefix}${name}`, name])]);
  return all.filter((name) => files.includes(name));
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

function noBins(bin: string, called: string): OptionError {
  return new OptionError({
    option: "bin",
    value: bin,
    rule: `left out for ${called}: only folders of Visium HD with binned_outputs have bins to choose from`,
    remedy: "Leave it out.",
  });
}
