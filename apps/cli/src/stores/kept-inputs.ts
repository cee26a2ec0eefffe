import { AsyncLocalStorage } from "node:async_hooks";
import type { FoundInput } from "@flashdeconv/io-vendor/node";
import type { OpenStore } from "@flashdeconv/stores";
import { LEDGER_BYTES } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";

/** An input that was looked at and opened. */
export interface OpenedInput {
  readonly found: FoundInput;
  readonly store: OpenStore;
}

interface KeptInputs {
  readonly opened: Map<string, OpenedInput>;
  /** By path: what reads of it cost, and which version was read. */
  readonly ledgers: Map<string, ArrayBufferLike>;
}

const current = new AsyncLocalStorage<KeptInputs>();

/** Runs a command. Single files behind a network that it opens stay open until it ends: to find out what they are takes requests. */
export function withKeptInputs<T>(command: () => Promise<T>): Promise<T> {
  const kept: KeptInputs = { opened: new Map(), ledgers: new Map() };
  return current.run(kept, async () => {
    try {
      return await command();
    } finally {
      await Promise.all([...kept.opened.values()].map(({ store }) => store.close()));
    }
  });
}

/** Whether a location is that of one file behind a network, by its name. */
export function isRemoteFile(path: string): boolean {
  return isRemote(path) && /\.(h5\w*|hdf5?|gef|zip)([?#].*)?$/i.test(path);
}

/** The ledger of an input that may be kept; all who open it in a command share it. */
export function keptLedger(path: string): ArrayBufferLike | undefined {
  const kept = current.getStore();
  if (!isRemoteFile(path)) return kept?.ledgers.get(path);
  return kept && ledgerAt(kept, path);
}

export function newLedger(): ArrayBufferLike {
  return new SharedArrayBuffer(LEDGER_BYTES);
}

/** The ledger that threads share of an input behind a network. A folder may turn out to be a vendor's, which is kept. */
export function sharedLedger(path: string): ArrayBufferLike {
  const kept = /\.zarr\b/i.test(path) && !isRemoteFile(path) ? undefined : current.getStore();
  return kept ? ledgerAt(kept, path) : newLedger();
}

function ledgerAt({ ledgers }: KeptInputs, path: string): ArrayBufferLike {
  const ledger = ledgers.get(path) ?? newLedger();
  ledgers.set(path, ledger);
  return ledger;
}

export function keptInput(key: string): OpenedInput | undefined {
  return current.getStore()?.opened.get(key);
}

/** Keeps an input open until the command ends, with its ledger; false where whoever opened it has to close it. */
export function keepInput(key: string, input: OpenedInput, own: OwnLedger): boolean {
  const kept = current.getStore();
  if (!kept || kept.opened.has(key)) return false;
  kept.opened.set(key, input);
  if (own.ledger) kept.ledgers.set(own.path, own.ledger);
  return true;
}

interface OwnLedger {
  readonly path: string;
  readonly ledger: ArrayBufferLike | undefined;
}
