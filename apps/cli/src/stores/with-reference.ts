import { openReference, readSignatureCsv } from "@flashdeconv/io-zarr";
import { readSignatureStore } from "@flashdeconv/io-zarr/internal";
import type { OpenReference } from "@flashdeconv/pipeline";
import { type ReferenceFacts, referenceFacts } from "@flashdeconv/pipeline/internal";
import type { TransferCounts } from "@flashdeconv/stores/internal";
import { REFERENCE_KINDS } from "../options/input-kinds.js";
import { withFlags } from "../options/option-flags.js";
import { refuseWithoutObject } from "../options/option-objects.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { storeFacts, textFacts } from "./input-facts.js";
import { parseLabels } from "./parse-labels.js";
import { isTable, readText } from "./read-text.js";
import { withStore } from "./with-store.js";

/** Where the types of cells stand: in a column of obs, or in a table. */
export interface LabelFlags {
  readonly cellTypeKey?: string;
  readonly labels?: string;
}

export interface ReferenceFlags extends StoreFlags, LabelFlags {
  readonly reference: string;
  readonly referenceLayer?: string;
  readonly referenceGeneKey?: string;
}

/** What there is to tell of where a reference lies. */
export interface ReferenceSource {
  /** What reading it has cost so far, where it lies behind a network. */
  readonly transfer?: () => TransferCounts;
  /** What memory reading it takes depends on; undefined for a table. */
  readonly memory?: ReferenceFacts;
  /** What tells its present content from any other. */
  facts(): Promise<Readonly<Record<string, string>>>;
}

const REFERENCE_FLAGS = { layer: "--reference-layer", "gene-key": "--reference-gene-key" };

/** What tells the present content of a reference from any other; no more of it is read than that takes. */
export async function referenceContent(
  flags: ReferenceFlags,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { reference: path } = flags;
  const access = { ...storeAccess(flags), bin: undefined, cells: undefined, expects: REFERENCE_KINDS };
  if (isTable(path)) return textFacts(await readText(path, access, signal), path);
  const ofLabels = (await readLabels(flags, { signal }))?.facts;
  return withStore(path, access, async (store) => ({
    ...(await storeFacts(store, path, { signal })),
    ...ofLabels,
  }));
}

/** Opens a reference, a store of single cells or a table of mean counts per type, for as long as `work` takes. */
export async function withReference<T>(
  flags: ReferenceFlags,
  { signal, note }: Pick<Terminal, "signal" | "note">,
  work: (reference: OpenReference, source: ReferenceSource) => Promise<T>,
): Promise<T> {
  const { reference: path, referenceLayer: layer, referenceGeneKey: geneKey, cellTypeKey } = flags;
  const access = { ...storeAccess(flags), bin: undefined, cells: undefined, expects: REFERENCE_KINDS };
  if (isTable(path)) {
    const text = await readText(path, access, signal);
    return work(readSignatureCsv(text, { path }), { facts: async () => textFacts(text, path) });
  }
  const told = await readLabels(flags, { signal, note });
  return withStore(path, access, async (store) => {
    const onNotice: Terminal["note"] = ({ code, message }) =>
      note({ code: `reference-${code}`, message: `Reference: ${message}` });
    const signature = await readSignatureStore(store, { signal });
    if (signature) {
      refuseOfCells(flags);
      return work(signature, { transfer: store.transfer, facts: () => storeFacts(store, path, { signal }) });
    }
    const options = { layer, geneKey, cellTypeKey, labels: told?.labels, signal, onNotice };
    const reference = await withFlags(REFERENCE_FLAGS, () => openReference(store, options));
    return work(reference, {
      transfer: store.transfer,
      memory: referenceFacts(reference.matrix, store.heldBytes),
      facts: async () => ({ ...(await storeFacts(store, path, { signal })), ...told?.facts }),
    });
  });
}

/** The table of `--labels`, and what tells its present content from any other. */
export async function readLabels(
  { labels: path, cellTypeKey, ...flags }: LabelFlags & StoreFlags,
  { signal, note }: Pick<Terminal, "signal"> & Partial<Pick<Terminal, "note">>,
) {
  if (path === undefined) return undefined;
  const text = await readText(path, storeAccess(flags), signal);
  const { labels, notices } = parseLabels(path, text, cellTypeKey);
  for (const notice of notices) note?.(notice);
  return { labels, facts: textFacts(text, path) };
}

/** What is about single cells would be without effect on their means. */
function refuseOfCells({ referenceLayer, referenceGeneKey, cellTypeKey, labels }: ReferenceFlags): void {
  refuseWithoutObject({ referenceLayer, referenceGeneKey, cellTypeKey, labels }, { cells: false });
}
