import { AsyncLocalStorage } from "node:async_hooks";
import { rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { type FoundInput, fileSpool } from "@flashdeconv/io-vendor/node";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { formatBytes } from "@flashdeconv/results/internal";
import { asStoreError, makeOwnFolder } from "@flashdeconv/stores/node/internal";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";
import { inputKey, judgeFolder, type PutAside, readJournal, writeJournal } from "./input-journal.js";

/** Inputs that one command had to put in order before it could read them by rows. */
interface OrderedInputs {
  readonly terminal: Terminal;
  /** Stores by the path that was given. */
  readonly stores: Map<string, Promise<string>>;
  readonly folders: string[];
}

const ordered = new AsyncLocalStorage<OrderedInputs>();

/** Runs a command. What it puts in order is kept until it ends, so that each input is read once. */
export function withOrderedInputs<T>(terminal: Terminal, command: () => Promise<T>): Promise<T> {
  const inputs: OrderedInputs = { terminal, stores: new Map(), folders: [] };
  return ordered.run(inputs, async () => {
    try {
      return await command();
    } finally {
      await Promise.all(inputs.folders.map((folder) => rm(folder, { recursive: true, force: true })));
    }
  });
}

/** The path of a Zarr store with what `found` holds, made on temporary files at the first call. */
export function orderedStore(path: string, found: FoundInput, scratch: string | undefined): Promise<string> {
  const inputs = ordered.getStore();
  if (!inputs) throw new Error("an input is put in order outside of a command");
  const key = resolve(path);
  const known = inputs.stores.get(key) ?? putInOrder(path, found, inputs, scratch ?? tmpdir());
  inputs.stores.set(key, known);
  return known;
}

/** Bytes of an entry that is put aside, and of one in the store. */
const ASIDE_BYTES = 12;
const ORDERED_BYTES = 8;

async function putInOrder(
  path: string,
  found: FoundInput,
  { terminal, folders }: OrderedInputs,
  parent: string,
): Promise<string> {
  const { called, ingest } = found;
  if (!ingest) throw new Error(`${path} can be read as it lies`);
  const { signal, tell, note } = terminal;
  const key = await asStoreError(path, () => inputKey(found));
  const judge = (left: string) => judgeFolder(left, key);
  const folder = await asStoreError(parent, () => makeOwnFolder(parent, ".flashdeconv-input-", judge));
  folders.push(folder);
  const store = join(folder, "input.zarr");
  const former = await readJournal(folder);
  if (former?.isOrdered) {
    tell(`${basename(path)} was put in order by an earlier run, which was killed: it is not done again.`);
    return store;
  }
  const buckets = join(folder, "buckets");
  const finish =
    key === undefined ? undefined : (putAside: PutAside) => writeJournal(folder, { key, putAside });
  const spool = await fileSpool(buckets, { finished: former?.putAside, finish });
  const entries = await found.entryCount?.();
  const bytes = entries && entries * ((spool.finished ? 0 : ASIDE_BYTES) + ORDERED_BYTES);
  tell(
    `${basename(path)} is ${called}: it is put in order once, on temporary files in ${parent}${bytes ? `, up to ${formatBytes(bytes)}` : ""}.`,
  );
  if (bytes) await requireRoom(parent, bytes);
  const contents = await ingest({ spool, signal, onNotice: note });
  const target = await createStore(store);
  const onProgress = writingProgress(terminal, "putting in order", {
    count: contents.spotCount,
    unit: "spots",
  });
  // Read back at once and then removed: packing it would cost more than it saves.
  await writeAnnData(target, contents, { compressor: "none", signal, onProgress });
  if (key !== undefined) await writeJournal(folder, { key, isOrdered: true });
  await rm(buckets, { recursive: true, force: true });
  return store;
}

async function requireRoom(parent: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await asStoreError(parent, () => statfs(parent));
  if (bavail * bsize >= bytes) return;
  throw new StoreError({
    path: parent,
    found: `${formatBytes(bavail * bsize)} free for temporary files`,
    expected: `room for ${formatBytes(bytes)}`,
    remedy: `Free some space, or name another folder with ${optionName("scratch")}.`,
  });
}
