import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { HIDDEN, JOURNAL } from "../../remote/hidden-keys.js";
import { httpStore } from "../../remote/http-store.js";
import type { StagedStore } from "../../staged-store.js";
import type { StoreAccess } from "../../store-access.js";
import type { Existing } from "../create-options.js";
import { directoryStore } from "../directory-store.js";
import { asStoreError } from "../file-errors.js";
import { writeWithFolders } from "../files.js";
import type { LockOptions } from "../heartbeat.js";
import { makeOwnFolder } from "../own-folder.js";
import { openGate } from "../staging-gate.js";
import { listObjects } from "./list-objects.js";
import { lister } from "./open-remote-store.js";
import type { RemoteLocation } from "./parse-location.js";
import { MARK, type RemoteMark, takeMark } from "./remote-mark.js";
import { type RemoteParts, remoteParts } from "./remote-parts.js";
import { finishUpload, uploadStore } from "./upload-store.js";

const STAGING = "flashdeconv-upload-";

/**
 * Opens a new store in a bucket for writing. Everything goes to a folder of this machine first; `commit` uploads it
 * (`uploadStore`). What an earlier run had begun to replace and was stopped in is completed first.
 *
 * @throws StoreError, before any work, if there is something at the place already (and `overwrite` is false, or it is no
 *   store), or if the service does not let it be written
 */
export async function createRemoteStore(
  location: RemoteLocation,
  existing: Existing,
  access: StoreAccess,
  lockOptions?: LockOptions,
): Promise<StagedStore> {
  const parts = await remoteParts(location, access);
  const { name } = parts;
  const prefix = prefixOf(parts);
  await refuseExisting(parts, prefix, existing);
  // Tells at once whether the place can be written to.
  const mark = await takeMark(parts, prefix + MARK, lockOptions);
  const staging = await prepare(async () => {
    await finishUpload(parts, { prefix, format: existing.format });
    // Another run may have ended between the first look and the mark.
    await refuseExisting(parts, prefix, existing);
    const folder = tmpdir();
    return asStoreError(folder, () => makeOwnFolder(folder, STAGING));
  }, mark);

  const gate = openGate(name, staging);
  const local = directoryStore(staging);
  const remote = httpStore(parts.url, parts.options, { ...parts, format: existing.format });
  const upload = async () => {
    await mark.check();
    await refuseExisting(parts, prefix, existing);
    await uploadStore(parts, { prefix, format: existing.format }, staging);
    await mark.release();
  };

  return {
    name,
    forgets: true,
    get: (key, options) => (gate.isCommitted() ? remote : local).get(key, options),
    list: (key) => local.list(key),
    set: (key, bytes) => gate.change(() => writeWithFolders(gate.file(staging, key), bytes), bytes.length),
    delete: (path) => gate.change(() => rm(gate.file(staging, path), { recursive: true, force: true })),
    commit: () =>
      gate.commit(async () => {
        await upload();
        await rm(staging, { recursive: true, force: true }).catch(() => undefined);
      }),
    discard: () =>
      gate.discard(async () => {
        await rm(staging, { recursive: true, force: true });
        await mark.release();
      }),
  };
}

/** What keys of the store begin with. Throws StoreError where the place cannot hold a store. */
function prefixOf({ bucket, name }: RemoteParts): string {
  if (bucket && bucket.key !== "" && !/\.zip$/i.test(bucket.key)) return `${bucket.key}/`;
  throw new StoreError({
    path: name,
    found: bucket ? "a bucket without a name in it, or a zip file" : "a web server",
    expected: "a place that can be written to: a path, or s3://, gs:// or az:// with a bucket and a name",
    remedy: "Choose another place.",
  });
}

async function refuseExisting(
  parts: RemoteParts,
  prefix: string,
  { format, overwrite, describe }: Existing,
): Promise<void> {
  const { keys, folders } = await listObjects(parts, prefix, { isFlat: true });
  const names = keys.map((key) => key.slice(prefix.length)).filter((key) => key !== "");
  // It is about to be completed, and will be looked at again.
  if (names.includes(JOURNAL)) return;
  const isStore = names.some((key) => format.documents.includes(key));
  const others = [...names, ...folders.map((key) => key.slice(prefix.length))];
  // What lies about a mark is what a run is writing, or has left; who it is decides the mark.
  if (others.every((key) => key.startsWith(HIDDEN)) || (!isStore && names.includes(MARK))) return;
  const { url, options, sign, signedHow } = parts;
  const list = lister(parts) ?? (async () => []);
  const store = { ...httpStore(url, options, { ...parts, sign, signedHow, format }), list };
  if (isStore && overwrite) {
    if (overwrite !== true) await overwrite(store, parts.name);
    return;
  }
  throw new StoreError({
    path: parts.name,
    found: isStore
      ? `${await describe(store, parts.name)} that is already there`
      : `something there that is not a ${format.name} store`,
    expected: "a place that is free",
    remedy: isStore
      ? `Choose another place, or allow to overwrite it (${optionName("overwrite")}).`
      : "Choose another place.",
  });
}

/** Does what is left to do before a store is written; where that fails its mark goes. */
async function prepare<T>(work: () => Promise<T>, mark: RemoteMark): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What went wrong first is what is told.
    await mark.release().catch(() => undefined);
    throw error;
  }
}
