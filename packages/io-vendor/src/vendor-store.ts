import type { NameChunk } from "@flashdeconv/core";
import { FormatError } from "@flashdeconv/core";
import { inStore, openArrays } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { cellbinParts } from "./formats/cellbin.js";
import type { FolderInput } from "./formats/folder-input.js";
import { findGef } from "./formats/gef.js";
import { findTenxLayout, tenxParts } from "./formats/tenx-h5.js";
import { isXeniumZarr, xeniumParts } from "./formats/xenium-zarr.js";
import { type AnnDataParts, annDataTree, type Column } from "./overlay/anndata-tree.js";
import { overlayStore } from "./overlay/overlay-store.js";
import { VISIUM } from "./positions/positions-csv.js";
import { readPositions } from "./positions/read-positions.js";
import { readText } from "./positions/read-text.js";
import { readScaleFactors } from "./positions/scale-factors.js";
import { asMatrix } from "./positions/spot-positions.js";

/** What the section is called in `uns/spatial`: a folder does not tell. */
export const LIBRARY = "section";

/** A folder and what it holds. */
export interface VendorFolder {
  readonly files: ReadableStore;
  readonly input: FolderInput;
}

/** Whether the store is a matrix of a vendor's that `vendorStore` can show as AnnData. Throws FormatError for one that it cannot. */
export async function isVendorMatrix(store: ReadableStore, options: ReadOptions = {}): Promise<boolean> {
  if ((await isXeniumZarr(store, options)) || (await findTenxLayout(store, options)) !== undefined)
    return true;
  return (await findGef(store, options))?.hasCells === true;
}

/**
 * A vendor's matrix as an AnnData store: counts stay where they are, positions of a folder are read when they are asked for.
 *
 * @param matrix the store of the matrix: an HDF5 file, or Xenium's Zarr
 * @throws FormatError where it is neither
 */
export function vendorStore(
  matrix: ReadableStore,
  folder?: VendorFolder,
  options: ReadOptions = {},
): Promise<ReadableStore> {
  return inStore(matrix, () => overlayOf(matrix, folder, options));
}

async function overlayOf(
  matrix: ReadableStore,
  folder: VendorFolder | undefined,
  options: ReadOptions,
): Promise<ReadableStore> {
  const parts = await partsOf(matrix, options);
  const { spotCount } = parts;
  const names = () => spotNames(overlayStore(matrix, annDataTree(parts)), spotCount, options.signal);
  if (!folder) return overlayStore(matrix, annDataTree(parts));
  const { files, input } = folder;
  const { positions, layout } = input;
  if (positions === undefined) return overlayStore(matrix, annDataTree(parts));
  const where = once(() =>
    inStore(files, () => readPositions(files, { path: positions, layout }, { spotCount, names, ...options })),
  );
  const column = (name: string): Column => ({
    make: async () => ({ shape: [spotCount], values: (await where()).columns[name] }),
  });
  const isVisium = layout === "visium" || layout === "visium-hd";
  const { scale: scalePath } = input;
  const scale =
    scalePath === undefined
      ? undefined
      : {
          library: LIBRARY,
          factors: await inStore(files, async () =>
            readScaleFactors(await readText(files, scalePath, options), scalePath),
          ),
        };
  const tree = annDataTree({
    ...parts,
    obs: isVisium ? Object.fromEntries(VISIUM.kept.map((name) => [name, column(name)])) : {},
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
  if ((await findGef(store, options))?.hasCells) return cellbinParts(store, options);
  throw new FormatError({
    path: "/",
    found: `${((await store.list?.("/", options)) ?? []).slice(0, 8).join(", ") || "nothing"}`,
    expected: "the matrix of 10x's software, of Xenium, or of cells of Stereo-seq",
    remedy: "Give the file as the instrument's software wrote it, or an AnnData file.",
  });
}

async function* spotNames(
  store: ReadableStore,
  count: number,
  signal?: AbortSignal,
): AsyncIterable<NameChunk> {
  yield* (await openArrays(store, { signal })).strings("obs/_index", count, { signal });
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
