import { openReference, readSignatureCsv } from "@flashdeconv/io-zarr";
import type { TransferCounts } from "@flashdeconv/io-zarr/node";
import type { ReferenceInput } from "@flashdeconv/pipeline";
import { withFlags } from "../options/option-flags.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { isTable, readText } from "./read-text.js";
import { withStore } from "./with-store.js";

export interface ReferenceFlags extends StoreFlags {
  readonly reference: string;
  readonly referenceLayer?: string;
  readonly cellTypeKey?: string;
}

/** Opens a reference, a store of single cells or a table of mean counts per type, for as long as `work` takes. */
export async function withReference<T>(
  flags: ReferenceFlags,
  { signal, note }: Pick<Terminal, "signal" | "note">,
  work: (reference: ReferenceInput, transfer?: () => TransferCounts) => Promise<T>,
): Promise<T> {
  const { reference: path, referenceLayer: layer, cellTypeKey } = flags;
  const access = storeAccess(flags);
  if (isTable(path)) return work(readSignatureCsv(await readText(path, access, signal)));
  return withStore(path, access, async (store) => {
    const onNotice: Terminal["note"] = ({ code, message }) =>
      note({ code: `reference-${code}`, message: `Reference: ${message}` });
    const options = { layer, cellTypeKey, signal, onNotice };
    const reference = await withFlags({ layer: "--reference-layer" }, () => openReference(store, options));
    return work(reference, store.transfer);
  });
}
