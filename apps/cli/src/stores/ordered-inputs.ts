import { AsyncLocalStorage } from "node:async_hooks";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { FoundInput } from "@flashdeconv/io-vendor/node";
import { fileSpool } from "@flashdeconv/io-vendor/node";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { asStoreError, makeOwnFolder } from "@flashdeconv/stores/node/internal";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";

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

async function putInOrder(
  path: string,
  { called, ingest }: FoundInput,
  { terminal, folders }: OrderedInputs,
  parent: string,
): Promise<string> {
  if (!ingest) throw new Error(`${path} can be read as it lies`);
  const { signal, tell, note } = terminal;
  tell(`${basename(path)} is ${called}: it is put in order once, on temporary files in ${parent}.`);
  const folder = await asStoreError(parent, () => makeOwnFolder(parent, ".flashdeconv-input-"));
  folders.push(folder);
  const buckets = join(folder, "buckets");
  await asStoreError(buckets, () => mkdir(buckets));
  const contents = await ingest({ spool: fileSpool(buckets), signal, onNotice: note });
  const store = join(folder, "input.zarr");
  const target = await createStore(store);
  const onProgress = writingProgress(terminal, "putting in order", {
    count: contents.spotCount,
    unit: "spots",
  });
  // Read back at once and then removed: packing it would cost more than it saves.
  await writeAnnData(target, contents, { compressor: "none", signal, onProgress });
  return store;
}
