import type { NameChunk } from "@flashdeconv/core";
import { FormatError } from "@flashdeconv/core";
import { openArrays } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import type { FolderInput } from "./formats/find-in-folder.js";
import { findTenxLayout, tenxParts } from "./formats/tenx-h5.js";
import { isXeniumZarr, xeniumParts } from "./formats/xenium-zarr.js";
import { type AnnDataParts, annDataTree, type Column } from "./overlay/anndata-tree.js";
import { overlayStore } from "./overlay/overlay-store.js";
import { isHdBarcode, readHdBins } from "./positions/hd-barcodes.js";
import { readPositionsCsv, VISIUM, XENIUM } from "./positions/positions-csv.js";
import { readBinPositions, readPositionsParquet } from "./positions/positions-parquet.js";
import { readText } from "./positions/read-text.js";
import { readScaleFactors } from "./positions/scale-factors.js";
import { asMatrix, positionsOf, type SpotPositions } from "./positions/spot-positions.js";

/** A folder and what it holds. */
export interface VendorFolder {
  readonly files: ReadableStore;
  readonly input: FolderInput;
}

/** Whether the store is a matrix of a vendor's that `vendorStore` can show as AnnData. Throws FormatError for one that it cannot. */
export async function isVendorMatrix(store: ReadableStore, options: ReadOptions = {}): Promise<boolean> {
  return (await isXeniumZarr(store, options)) || (await findTenxLayout(store, options)) !== undefined;
}

/**
 * A vendor's matrix as an AnnData store: counts stay where they are, positions of a folder are read when they are asked for.
 *
 * @param matrix the store of the matrix: an HDF5 file, or Xenium's Zarr
 * @throws FormatError where it is neither
 */
export async function vendorStore(
  matrix: ReadableStore,
  folder?: VendorFolder,
  options: ReadOptions = {},
): Promise<ReadableStore> {
  const parts = await partsOf(matrix, options);
  const { spotCount } = parts;
  const names = () => spotNames(overlayStore(matrix, annDataTree(parts)), spotCount, options.signal);
  if (!folder) return overlayStore(matrix, annDataTree(parts));
  const { files, input } = folder;
  const where = once(() => readPositions(files, input, { spotCount, names, ...options }));
  const column = (name: string): Column => ({
    make: async () => ({ shape: [spotCount], values: (await where()).columns[name] }),
  });
  const isVisium = input.layout !== "xenium";
  const scale =
    input.scale === undefined
      ? undefined
      : {
          library: "section",
          factors: readScaleFactors(await readText(files, input.scale, options), input.scale),
        };
  const tree = annDataTree({
    ...parts,
    obs: isVisium ? { array_row: column("array_row"), array_col: column("array_col") } : {},
    coordinates: { make: async () => asMatrix(await where()) },
    scale,
  });
  return overlayStore(matrix, tree);
}

async function partsOf(
  store: ReadableStore,
  options: ReadOptions,
): Promise<AnnDataParts & { readonly spotCount: number }> {
  if (await isXeniumZarr(store, options)) return xeniumParts(store, options);
  const layout = await findTenxLayout(store, options);
  if (layout) return tenxParts(store, layout, options);
  throw new FormatError({
    path: "/",
    found: `${((await store.list?.("/", options)) ?? []).slice(0, 8).join(", ") || "nothing"}`,
    expected: "the matrix of 10x's software or of Xenium",
    remedy: "Give the file as the instrument's software wrote it, or an AnnData file.",
  });
}

interface PositionRequest extends ReadOptions {
  readonly spotCount: number;
  names(): AsyncIterable<NameChunk>;
}

async function readPositions(
  files: ReadableStore,
  { layout, positions: path }: FolderInput,
  { spotCount, names, ...options }: PositionRequest,
): Promise<SpotPositions> {
  const columns = layout === "xenium" ? XENIUM : VISIUM;
  if (!path.endsWith(".parquet")) {
    const listed = readPositionsCsv(await readText(files, path, options), columns, path);
    return positionsOf(await textsOf(names()), listed, path);
  }
  if (layout === "visium-hd" && isHdBarcode(await firstOf(names()))) {
    return readBinPositions(files, path, await readHdBins(names(), spotCount, "barcodes"), options);
  }
  const listed = await readPositionsParquet(files, path, columns, options);
  return positionsOf(await textsOf(names()), listed, path);
}

async function* spotNames(
  store: ReadableStore,
  count: number,
  signal?: AbortSignal,
): AsyncIterable<NameChunk> {
  yield* (await openArrays(store, { signal })).strings("obs/_index", count, { signal });
}

async function textsOf(names: AsyncIterable<NameChunk>): Promise<string[]> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  for await (const { count, offsets, bytes } of names) {
    for (let i = 0; i < count; i++) texts.push(decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])));
  }
  return texts;
}

async function firstOf(names: AsyncIterable<NameChunk>): Promise<string> {
  for await (const { count, offsets, bytes } of names) {
    if (count > 0) return new TextDecoder().decode(bytes.subarray(offsets[0], offsets[1]));
  }
  return "";
}

/** The same promise for all who ask; what failed is tried anew. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= work();
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
}
