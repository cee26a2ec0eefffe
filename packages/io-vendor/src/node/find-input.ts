import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type DenseChunk, memorySource, type NameChunk, OptionError } from "@flashdeconv/core";
import type { AnnDataContents, UnsObject } from "@flashdeconv/io-zarr";
import { inStore, packStrings } from "@flashdeconv/io-zarr/internal";
import {
  type ListedStore,
  openLocation,
  type ReadOptions,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import { directoryStore, isRemote, localPath } from "@flashdeconv/stores/node/internal";
import { type FindOptions, findInFolder } from "../formats/find-in-folder.js";
import { findMex, type MexNames } from "../formats/find-mex.js";
import { ingestGem } from "../ingest/ingest-gem.js";
import { type IngestOptions, ingestMex } from "../ingest/ingest-mex.js";
import { readPositions } from "../positions/read-positions.js";
import { readText } from "../positions/read-text.js";
import { readScaleFactors } from "../positions/scale-factors.js";
import { asMatrix } from "../positions/spot-positions.js";
import { isVendorMatrix, LIBRARY } from "../vendor-store.js";
import { fileBytes } from "./file-bytes.js";
import { gemEdge, isGemFile } from "./find-gem.js";
import type { VendorLocation } from "./vendor-opener.js";

/** What a path or URL turned out to be. */
export interface FoundInput {
  /** In words, as in "Visium"; undefined for a store that needs no translation. */
  readonly called: string | undefined;
  /** What `openLocation` opens; undefined for what has to be put in order first. */
  readonly location: StoreLocation | string | undefined;
  /** Files of this machine that it is made of; undefined for a store, which tells of its own. */
  readonly files?: readonly string[];
  /** What it tells of itself beside counts and positions, for `uns`. */
  uns?(): Promise<UnsObject>;
  /** Reads it once, in the order of the file, and gives it in order. Defined where there is no location. */
  ingest?(options: IngestOptions): Promise<AnnDataContents>;
}

/** Documents at the root of a Zarr store: a folder with one is no vendor's. */
const ZARR = ["zarr.json", ".zgroup", ".zmetadata", ".zattrs"];

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
  const folder = kind === "folder" ? await inFolder(path, access, options) : undefined;
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

async function inFolder(
  path: string,
  access: StoreAccess,
  options: FindOptions,
): Promise<FoundInput | undefined> {
  const folder = directoryStore(path, access.mostBytes);
  const names = await folder.list("/");
  if (names.some((name) => ZARR.includes(name))) return undefined;
  const input = await inStore(folder, () => findInFolder(folder, options));
  if (!input) {
    const mex = await inStore(folder, async () => findMex(names));
    return mex && { called: "a matrix in Market Exchange", ...asMex(path, mex) };
  }
  const { called, matrix, mex, positions, scale, layout } = input;
  const uns = async () => (scale === undefined ? {} : scaleOf(await readText(folder, scale, options), scale));
  const told = [positions, scale].flatMap((file) => (file === undefined ? [] : join(path, file)));
  if (!mex) {
    const location: VendorLocation = {
      opener: "vendor",
      matrix: join(path, matrix),
      folder: { path, input },
    };
    return { called, location, files: [join(path, matrix), ...told], uns };
  }
  const { files, ingest, location } = asMex(path, mex);
  return {
    called,
    location,
    files: [...files, ...told],
    uns,
    async ingest(ingestOptions) {
      const contents = await ingest(ingestOptions);
      if (positions === undefined) return { ...contents, uns: await uns() };
      const additions = await positionsFor(
        contents,
        folder,
        { path: positions, layout },
        ingestOptions.signal,
      );
      return { ...contents, ...additions, uns: await uns() };
    },
  };
}

function asMex(folder: string, names: MexNames) {
  const file = (name: string) => {
    const path = join(folder, name);
    return { path, read: () => fileBytes(path) };
  };
  const files = {
    matrix: file(names.matrix),
    barcodes: file(names.barcodes),
    features: file(names.features),
  };
  return {
    location: undefined,
    files: Object.values(files).map(({ path }) => path),
    ingest: (options: IngestOptions) => ingestMex(files, options),
  };
}

/** Positions and the columns that come with them, for spots whose names are in memory. */
async function positionsFor(
  { spotNames, spotCount }: AnnDataContents,
  folder: ListedStore,
  place: Parameters<typeof readPositions>[1],
  signal?: AbortSignal,
): Promise<Pick<AnnDataContents, "obs" | "obsm">> {
  const names = () => packedNames(spotNames as readonly string[]);
  const found = await readPositions(folder, place, { spotCount, names, signal });
  const { shape, values } = asMatrix(found);
  const matrix = { kind: "dense", spotStart: 0, spotCount, width: shape[1], values } as const;
  return {
    obs: Object.entries(found.columns).map(([name, values]) => ({ name, kind: "number", values }) as const),
    obsm: { spatial: { values: memorySource<DenseChunk>(matrix) } },
  };
}

async function* packedNames(names: readonly string[]): AsyncIterable<NameChunk> {
  for (let start = 0; start < names.length; start += NAMES_AT_A_TIME) {
    const { length: count, ...packed } = packStrings(names.slice(start, start + NAMES_AT_A_TIME));
    yield { start, count, ...packed };
  }
}

const NAMES_AT_A_TIME = 65_536;

function scaleOf(text: string, path: string): UnsObject {
  return { spatial: { [LIBRARY]: { scalefactors: readScaleFactors(text, path) } } };
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
