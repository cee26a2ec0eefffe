import { type ChunkSource, type CsrChunk, isFlashdeconvError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import type { Hierarchy } from "./hierarchy.js";
import { inStore, sourceInStore } from "./name-store.js";
import { listMatrices, openAnnDataRoot } from "./open-anndata.js";
import { openMatrix } from "./open-matrix.js";
import {
  type OpenOptions,
  type ResolvedOpenOptions,
  resolveOpenOptions,
  sourceOptions,
} from "./open-options.js";

/** A matrix of a store beside the one that is read. */
export interface OtherMatrix {
  /** What the option `layer` calls it: the name of a layer, "raw" or "X". */
  readonly layer: string;
  readonly counts: ChunkSource<CsrChunk>;
}

/** Opens all matrices but that at `path`; those that cannot be read are left out. */
export async function openOthers(
  hierarchy: Hierarchy,
  path: string | undefined,
  options: ResolvedOpenOptions,
): Promise<OtherMatrix[]> {
  const found: OtherMatrix[] = [];
  for (const other of await listMatrices(hierarchy)) {
    if (other === path) continue;
    try {
      const matrix = await openMatrix(hierarchy, other);
      const counts = matrix.source({ ...sourceOptions(options, matrix.info), onNotice: undefined });
      found.push({ layer: layerOf(other), counts: sourceInStore(hierarchy.store, counts) });
    } catch (error) {
      if (!isFlashdeconvError(error) || error.tag === "StoreError") throw error;
    }
  }
  return found;
}

/** Opens all matrices of a store that can be read, X among them or not. Throws as `openSpatial` does where there is no AnnData in it. */
export function openMatrices(
  store: ReadableStore,
  { table, signal }: Pick<OpenOptions, "table" | "signal"> = {},
): Promise<OtherMatrix[]> {
  return inStore(store, async () => {
    const { hierarchy } = await openAnnDataRoot(store, table, signal);
    return openOthers(hierarchy, undefined, resolveOpenOptions({ signal }));
  });
}

/** `layers/counts` as "counts", `raw/X` as "raw". */
export function layerOf(path: string): string {
  return path === "raw/X" ? "raw" : path.replace(/^layers\//, "");
}
