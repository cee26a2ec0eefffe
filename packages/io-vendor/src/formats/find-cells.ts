import { OptionError } from "@flashdeconv/core";
import type { ListedStore } from "@flashdeconv/stores";
import { findMatrix } from "./find-matrix.js";
import { below, type FindOptions, type FolderInput, missing, moved } from "./folder-input.js";

const CELLS = "segmented_outputs";
const SHAPES = "cell_segmentations.geojson";

/**
 * The cells that Space Ranger 4 found on an image of Visium HD.
 *
 * @throws FormatError where parts are missing; OptionError where there are no cells, or bins are asked for as well
 */
export async function findCells(
  folder: ListedStore,
  root: readonly string[],
  options: FindOptions,
): Promise<FolderInput> {
  if (options.bin !== undefined) {
    throw new OptionError({
      option: "bin",
      value: options.bin,
      rule: "left out for cells, which are no bins",
      remedy: "Ask for bins or for cells.",
    });
  }
  if (root.includes(CELLS)) {
    const inside = below(folder, CELLS);
    return moved(await findCells(inside, await inside.list("/", options), options), CELLS);
  }
  const matrix = await findMatrix(folder, root, options, "cell");
  if (!matrix && !root.includes(SHAPES)) {
    throw new OptionError({
      option: "cells",
      value: true,
      rule: "left out for a folder without segmented_outputs",
      remedy: "Leave it out, or give the output folder of Space Ranger 4.",
    });
  }
  if (!matrix) throw missing("", "no filtered_feature_cell_matrix.h5", "the matrix of the cells");
  if (!root.includes(SHAPES)) throw missing("", `no ${SHAPES}`, "the outlines of the cells");
  const scale = "scalefactors_json.json";
  const hasScale = (await folder.list("/spatial", options)).includes(scale);
  const { prefix: _, isRaw, ...own } = matrix;
  return {
    ...own,
    ...(isRaw && { isRaw }),
    called: isRaw ? "Visium HD, segmented cells (raw matrix)" : "Visium HD, segmented cells",
    layout: "hd-cells",
    positions: SHAPES,
    scale: hasScale ? `spatial/${scale}` : undefined,
  };
}
