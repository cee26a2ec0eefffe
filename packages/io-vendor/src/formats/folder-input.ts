import { FormatError, type Notice } from "@flashdeconv/core";
import { storeBelow } from "@flashdeconv/io-zarr/internal";
import type { ListedStore, ReadOptions } from "@flashdeconv/stores";
import type { MexNames } from "./find-mex.js";

/** What a folder of a vendor's holds, by the names in it: keys count from the folder, without a leading slash. */
export interface FolderInput {
  /** In words, as in "Visium". */
  readonly called: string;
  readonly layout: "visium" | "visium-hd" | "hd-cells" | "xenium" | "cells";
  /** The matrix: an HDF5 file, a zipped Zarr store, or a folder in Market Exchange. */
  readonly matrix: string;
  /** The files of a matrix in Market Exchange. */
  readonly mex?: MexNames;
  /** Undefined for cells, which lie nowhere. */
  readonly positions: string | undefined;
  readonly scale: string | undefined;
  /** Whether the matrix is the raw one, which has spots outside of the tissue too. */
  readonly isRaw?: boolean;
  /** What of the choice is to be told. */
  readonly notices?: readonly Notice[];
  /** Bins to make of those of the matrix, edges in micrometres. */
  readonly pool?: { readonly from: number; readonly to: number };
}

export interface FindOptions extends ReadOptions {
  /** Edge of Visium HD's bins, as in "8um", which is the default: those that are there, or a multiple of one. */
  readonly bin?: string;
  /** The segmented cells of a folder of Visium HD, in place of bins. */
  readonly cells?: boolean;
}

/** The same, counted from a folder above. */
export function moved(input: FolderInput, folder: string): FolderInput {
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

export function below(folder: ListedStore, name: string): ListedStore {
  return storeBelow(folder, name) as ListedStore;
}

/** Of two that could be meant, none is taken in silence. */
export function ambiguous(names: readonly string[], expected: string): FormatError {
  return new FormatError({
    path: "the folder",
    found: names.join(" and "),
    expected,
    remedy: "Put each into a folder of its own, with the files that belong to it, and name that folder.",
  });
}

export function missing(path: string, found: string, expected: string): FormatError {
  return new FormatError({
    path: path || "the folder",
    found,
    expected,
    remedy: "Give the output folder as the instrument's software wrote it.",
  });
}
