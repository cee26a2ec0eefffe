import { openReference, readSignatureCsv } from "@flashdeconv/io-zarr";
import type { ReferenceInput } from "@flashdeconv/pipeline";
import { withFlags } from "../options/option-flags.js";
import type { Terminal } from "../terminal/terminal.js";
import { isTable, readText } from "./read-text.js";
import { withStore } from "./with-store.js";

export interface ReferenceFlags {
  readonly reference: string;
  readonly referenceLayer?: string;
  readonly cellTypeKey?: string;
}

/** Opens a reference, a store of single cells or a table of mean counts per type, for as long as `work` takes. */
export async function withReference<T>(
  { reference: path, referenceLayer: layer, cellTypeKey }: ReferenceFlags,
  { signal, note }: Pick<Terminal, "signal" | "note">,
  work: (reference: ReferenceInput) => Promise<T>,
): Promise<T> {
  if (isTable(path)) return work(readSignatureCsv(await readText(path, signal)));
  return withStore(path, async (store) => {
    const onNotice: Terminal["note"] = ({ code, message }) =>
      note({ code: `reference-${code}`, message: `Reference: ${message}` });
    const options = { layer, cellTypeKey, signal, onNotice };
    return work(await withFlags({ layer: "--reference-layer" }, () => openReference(store, options)));
  });
}
