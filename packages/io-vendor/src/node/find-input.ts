import { stat } from "node:fs/promises";
import { OptionError } from "@flashdeconv/core";
import { inStore } from "@flashdeconv/io-zarr/internal";
import { openLocation, type ReadOptions, type StoreAccess } from "@flashdeconv/stores";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import type { FindOptions } from "../formats/find-in-folder.js";
import { ingestGem } from "../ingest/ingest-gem.js";
import { isVendorMatrix } from "../vendor-store.js";
import { fileBytes } from "./file-bytes.js";
import { findFolder } from "./find-folder.js";
import { gemEdge, isGemFile } from "./find-gem.js";
import type { FoundInput } from "./found-input.js";
import type { VendorLocation } from "./vendor-opener.js";

/**
 * Finds out what lies at a path or URL, by what is in it. What is neither a vendor's file nor a vendor's folder is left to the openers of stores,
 * as it was given.
 *
 * @throws FormatError where a vendor's folder or file is incomplete, or of a kind without counts of genes; OptionError for `bin` where there are no
 *   such bins; StoreError where reading fails
 */
export async function findInput(
  given: string,
  access: StoreAccess = {},
  options: FindOptions = {},
): Promise<FoundInput> {
  const path = localPath(given);
  const kind = isRemote(path) ? "remote" : await kindOf(path);
  const folder = kind === "folder" ? await findFolder(path, access, options) : undefined;
  if (folder) return folder;
  if (kind === "file" && (await isGemFile(path))) {
    const edge = gemEdge(options.bin);
    return {
      called: `Stereo-seq, bins of ${edge} x ${edge} places`,
      location: undefined,
      files: [path],
      ingest: (ingestOptions) => ingestGem({ path, read: () => fileBytes(path) }, edge, ingestOptions),
    };
  }
  if (options.bin !== undefined) {
    throw new OptionError({
      option: "bin",
      value: options.bin,
      rule: "left out for what is neither an output folder of Visium HD nor a GEM file",
      remedy: "Leave it out, or give the folder that holds binned_outputs.",
    });
  }
  const mayBeMatrix = kind === "file" || (kind === "remote" && /\.(h5|zarr\.zip)([?#].*)?$/i.test(path));
  const asGiven = { location: given, called: undefined };
  if (!mayBeMatrix) return asGiven;
  const found = await inFile(given, access, options);
  if (found === "other") return asGiven;
  if (found === "hdf5") return { location: given, called: "AnnData in an HDF5 file" };
  const location: VendorLocation = { opener: "vendor", matrix: given };
  return { location, called: "a matrix of 10x's software" };
}

async function kindOf(path: string): Promise<"folder" | "file" | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : undefined;
  } catch {
    // The opener of stores says what is wrong with the path.
    return undefined;
  }
}

async function inFile(
  given: string,
  access: StoreAccess,
  options: ReadOptions,
): Promise<"matrix" | "hdf5" | "other"> {
  const store = await openLocation(given, access);
  try {
    if (await inStore(store, () => isVendorMatrix(store, options))) return "matrix";
    // Only a store of an HDF5 file tells where its chunks lie.
    return "index" in store ? "hdf5" : "other";
  } finally {
    await store.close();
  }
}
