import { isFlashdeconvError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { readColumn } from "@flashdeconv/io-zarr";
import type { ReadableStore } from "@flashdeconv/stores";
import type { Terminal } from "../terminal/terminal.js";

/** A store that may be a vendor's raw matrix, taken because there is no filtered one. */
export type MaybeRaw = ReadableStore & { readonly isRaw?: boolean };

/** Tells of spots outside of the tissue, which a raw matrix has too. */
export async function noteRawMatrix(
  store: MaybeRaw,
  { signal, note }: Pick<Terminal, "signal" | "note">,
): Promise<void> {
  if (!store.isRaw) return;
  const inTissue = await readInTissue(store, signal);
  const outside = inTissue?.filter((value) => value === 0).length;
  const which =
    inTissue === undefined
      ? "which may have spots outside of the tissue"
      : `of which ${numbered(outside ?? 0, "spot")} of ${inTissue.length} ${outside === 1 ? "lies" : "lie"} outside of the tissue`;
  note({ code: "raw-matrix", message: `No filtered matrix is there: the raw one was taken, ${which}.` });
}

async function readInTissue(store: ReadableStore, signal: AbortSignal): Promise<Float64Array | undefined> {
  try {
    const column = await readColumn(store, "obs/in_tissue", { signal });
    return column.kind === "number" ? Float64Array.from(column.values) : undefined;
  } catch (error) {
    // What is wrong with the positions is told where they are wanted.
    if (isFlashdeconvError(error)) return undefined;
    throw error;
  }
}
