import { stat } from "node:fs/promises";
import { isFlashdeconvError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { hdf5Opener } from "@flashdeconv/io-h5/opener";
import { type FoundInput, findInput, registerVendorOpener } from "@flashdeconv/io-vendor/node";
import { openStore, registerNodeOpeners } from "@flashdeconv/io-zarr/node";
import {
  type OpenStore,
  registerFileOpeners,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import { asStoreError, isRemote } from "@flashdeconv/stores/node/internal";
import { isRemoteFile, keepInput, keptInput, keptLedger, newLedger } from "./kept-inputs.js";
import { orderedStore } from "./ordered-inputs.js";
import { refuseInside } from "./refuse-overlap.js";
import { tellUnknown } from "./unknown-input.js";

registerNodeOpeners();
registerFileOpeners({ h5: hdf5Opener });
registerVendorOpener();

/** How an input is reached, and which of what it holds is meant. */
export interface InputAccess extends StoreAccess {
  /** Edge of the bins of a folder of Visium HD. */
  readonly bin?: string;
  /** Its segmented cells instead. */
  readonly cells?: boolean;
  /** Where inputs are put in order that cannot be read by rows. */
  readonly scratch?: string;
  /** What is read here, for errors; sections by default. */
  readonly expects?: string;
}

/** An open store, and what a thread is told to open the same. */
export type LocatedStore = OpenStore & {
  readonly location: StoreLocation | string;
  /** What the input was found to be, where it is not a Zarr store. */
  readonly called?: string;
  /** Whether it is a raw matrix, taken because there is no filtered one. */
  readonly isRaw?: boolean;
  /** What of the choice of its files is to be told. */
  readonly notices?: FoundInput["notices"];
  /** What such an input tells of itself beside counts and positions. */
  readonly uns?: FoundInput["uns"];
};

/** Opens the store at a path or URL, or what can be read as one, for as long as `work` takes. */
export async function withStore<T>(
  path: string,
  given: InputAccess,
  work: (store: LocatedStore) => Promise<T>,
): Promise<T> {
  if (given.cache !== undefined) await refuseInside({ flag: "--cache", location: given.cache }, [path]);
  const { found, store, isKept } = await openKnown(path, given);
  const { files, called, isRaw, notices, uns } = found;
  try {
    return await work({
      ...store,
      // What was put in order lies on scratch only while the command runs: errors name what was given.
      ...(found.location === undefined && { name: path }),
      called,
      isRaw,
      notices,
      uns,
      ...(files && { fingerprint: () => filesAndTimes(files) }),
    });
  } finally {
    if (!isKept) await store.close();
  }
}

/** What an input is that is not a Zarr store, in words, as in "Visium"; undefined for a store, and for what is not there. */
export async function whatIs(path: string, given: InputAccess): Promise<string | undefined> {
  try {
    const { found, store, isKept } = await lookAt(path, given);
    if (!isKept) await store?.close();
    return found.called;
  } catch (error) {
    // What is wrong with it is told where it is opened.
    if (isFlashdeconvError(error)) return undefined;
    throw error;
  }
}

/** What tells the content of files of this machine that are no store, by their names; undefined for a store. Puts nothing in order. */
export async function fileFacts(
  path: string,
  given: InputAccess,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { found, store, isKept } = await lookAt(path, given);
  if (!isKept) await store?.close();
  return found.files && filesAndTimes(found.files);
}

interface SeenInput {
  readonly found: FoundInput;
  /** Where it had to be opened to be known. */
  readonly store?: OpenStore;
  /** Whether somebody else closes it. */
  readonly isKept: boolean;
}

/** Finds out what an input is; a file or vendor's folder behind a network is opened for that once in a command, and stays open. */
async function lookAt(
  path: string,
  { bin, cells, scratch, expects, ...access }: InputAccess,
): Promise<SeenInput> {
  const isFar = isRemote(path);
  const { ledger = keptLedger(path) ?? (isFar ? newLedger() : undefined), ...plain } = access;
  const key = JSON.stringify([path, bin, cells, plain]);
  const known = keptInput(key);
  if (known) return { ...known, isKept: true };
  const found = await findInput(path, { ...plain, ledger }, { bin, cells });
  const store = found.opened;
  // A Zarr store may be changed by the command that read it.
  const mayStay = isRemoteFile(path) || (isFar && found.called !== undefined);
  const isKept = store !== undefined && mayStay && keepInput(key, { found, store }, { path, ledger });
  return { found, store, isKept };
}

/** Opens an input; of one that is of no known kind the error says which kinds there are. */
async function openKnown(path: string, given: InputAccess) {
  try {
    return await openInput(path, given);
  } catch (error) {
    const { bin, cells, scratch, ...access } = given;
    throw await tellUnknown(error, path, access);
  }
}

async function openInput(path: string, given: InputAccess) {
  const { found, store, isKept } = await lookAt(path, given);
  const location = found.location ?? (await orderedStore(path, found, given.scratch));
  const { bin, cells, scratch, expects, ...access } = given;
  return { found, isKept, store: { ...(store ?? (await openStore(location, access))), location } };
}

/** Size and time of each file: what a store of temporary files cannot tell of its input. */
async function filesAndTimes(files: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const facts = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await asStoreError(file, () => stat(file));
      return [file.replace(/^.*[/\\]/, ""), `${numbered(size, "byte")}, ${Math.round(mtimeMs)}`] as const;
    }),
  );
  return Object.fromEntries(facts);
}
