import { isFlashdeconvError, type Notice } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { readColumn } from "@flashdeconv/io-zarr";
import type { ReadableStore } from "@flashdeconv/stores";
import type { Terminal } from "../terminal/terminal.js";

/** A store that may be of a vendor's files, some of which were taken and not others. */
export type MaybeChosen = ReadableStore & { readonly isRaw?: boolean; readonly notices?: readonly Notice[] };

/** Tells which files were taken, and of spots outside of the tissue, which a raw matrix has too. */
export async function noteChoice(
  store: MaybeChosen,
  { signal, note }: Pick<Terminal, "signal" | "note">,
): Promise<void> {
  for (const notice of store.notices ?? []) note(notice);
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
    return column.kind === "number" ? new Float64Array(column.values) : undefined;
  } catch (error) {
    // What is wrong with the positions is told where they are wanted.
    if (isFlashdeconvError(error)) return undefined;
    throw error;
  }
}
