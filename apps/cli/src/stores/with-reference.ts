import { openReference, readSignatureCsv } from "@flashdeconv/io-zarr";
import type { TransferCounts } from "@flashdeconv/io-zarr/node";
import type { ReferenceInput } from "@flashdeconv/pipeline";
import { withFlags } from "../options/option-flags.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import { referenceBytes } from "../resources/memory-facts.js";
import type { Terminal } from "../terminal/terminal.js";
import { storeFacts, textFacts } from "./input-facts.js";
import { isTable, readText } from "./read-text.js";
import { withStore } from "./with-store.js";

export interface ReferenceFlags extends StoreFlags {
  readonly reference: string;
  readonly referenceLayer?: string;
  readonly cellTypeKey?: string;
}

/** What there is to tell of where a reference lies. */
export interface ReferenceSource {
  /** What reading it has cost so far, where it lies behind a network. */
  readonly transfer?: () => TransferCounts;
  /** Bytes that are fetched of it before they are asked for. */
  readonly readAheadBytes: number;
  /** Bytes that reading it takes. */
  readonly readBytes: number;
  /** What tells its present content from any other. */
  facts(): Promise<Readonly<Record<string, string>>>;
}

/** Opens a reference, a store of single cells or a table of mean counts per type, for as long as `work` takes. */
export async function withReference<T>(
  flags: ReferenceFlags,
  { signal, note }: Pick<Terminal, "signal" | "note">,
  work: (reference: ReferenceInput, source: ReferenceSource) => Promise<T>,
): Promise<T> {
  const { reference: path, referenceLayer: layer, cellTypeKey } = flags;
  const access = storeAccess(flags);
  if (isTable(path)) {
    const text = await readText(path, access, signal);
    return work(readSignatureCsv(text), {
      readAheadBytes: 0,
      readBytes: 0,
      facts: async () => textFacts(text, path),
    });
  }
  return withStore(path, access, async (store) => {
    const onNotice: Terminal["note"] = ({ code, message }) =>
      note({ code: `reference-${code}`, message: `Reference: ${message}` });
    const options = { layer, cellTypeKey, signal, onNotice };
    const reference = await withFlags({ layer: "--reference-layer" }, () => openReference(store, options));
    return work(reference, {
      transfer: store.transfer,
      readAheadBytes: reference.matrix.readAheadBytes,
      readBytes: referenceBytes(reference.matrix),
      facts: () => storeFacts(store, path, { signal }),
    });
  });
}
