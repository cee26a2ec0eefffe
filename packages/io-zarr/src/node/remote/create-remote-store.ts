import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { httpStore } from "../../remote/http-store.js";
import { limiter } from "../../remote/limiter.js";
import type { StagedStore } from "../../write/staged-store.js";
import { directoryStore } from "../directory-store.js";
import { asStoreError } from "../file-errors.js";
import { writeWithFolders } from "../files.js";
import type { LockOptions } from "../heartbeat.js";
import { makeOwnFolder } from "../own-folder.js";
import { openGate } from "../staging-gate.js";
import { objectUrl } from "./bucket-access.js";
import { listObjects } from "./list-objects.js";
import type { StoreLocation } from "./parse-location.js";
import { deleteObject, putFile } from "./put-object.js";
import { MARK, type RemoteMark, takeMark } from "./remote-mark.js";
import { type RemoteParts, remoteParts } from "./remote-parts.js";
import type { StoreAccess } from "./store-access.js";

const STAGING = "flashdeconv-upload-";
/** Uploads at a time: each holds up to PART_BYTES. */
const UPLOADS = 4;
const DOCUMENT = /(^|\/)(zarr\.json|\.zgroup|\.zarray|\.zattrs|\.zmetadata)$/;
const ROOT_DOCUMENTS: readonly string[] = [".zattrs", ".zarray", ".zmetadata", ".zgroup", "zarr.json"];

/**
 * Opens a new store in a bucket for writing. Everything goes to a folder of this machine first. `commit` uploads it: chunks,
 * then metadata from the leaves up, the root's last, so that a reader finds a whole store or none. Where an old store is
 * replaced its root goes first; from then on until the end there is no store.
 *
 * @throws StoreError, before any work, if there is something at the place already (and `overwrite` is false, or it is no
 *   Zarr store), or if the service does not let it be written
 */
export async function createRemoteStore(
  location: Exclude<StoreLocation, { kind: "path" }>,
  overwrite: boolean,
  access: StoreAccess,
  lockOptions?: LockOptions,
): Promise<StagedStore> {
  const parts = await remoteParts(location, access);
  const { name } = parts;
  const prefix = prefixOf(parts);
  const urlOf = (key: string) => objectUrl({ bucketUrl: parts.bucket?.bucketUrl ?? "" }, prefix + key);
  await refuseExisting(parts, prefix, overwrite);
  // Tells at once whether the place can be written to.
  const mark = await takeMark(parts, prefix, lockOptions);
  const staging = await prepare(async () => {
    // Another run may have ended between the first look and the mark.
    await refuseExisting(parts, prefix, overwrite);
    const folder = tmpdir();
    return asStoreError(folder, () => makeOwnFolder(folder, STAGING));
  }, mark);

  const gate = openGate(name, staging);
  const local = directoryStore(staging);
  const remote = httpStore(parts.url, parts.options, parts);
  const remove = async (keys: readonly string[]) => {
    const slots = limiter(parts.options.maxRequests);
    await settle(keys.map((key) => slots.run(() => deleteObject(parts, urlOf(key)))));
  };

  const upload = async () => {
    await mark.check();
    const files = await filesBelow(staging);
    const old = (await listObjects(parts, prefix)).keys.map((key) => key.slice(prefix.length));
    await remove(old.filter((key) => ROOT_DOCUMENTS.includes(key)));
    await remove(old.filter((key) => key !== MARK));
    const put = async (key: string) => putFile(parts, urlOf(key), join(staging, ...key.split("/")));
    try {
      const slots = limiter(UPLOADS);
      await settle(files.filter((key) => !DOCUMENT.test(key)).map((key) => slots.run(() => put(key))));
      const inner = files.filter((key) => DOCUMENT.test(key) && !ROOT_DOCUMENTS.includes(key));
      await settle(inner.map((key) => slots.run(() => put(key))));
      for (const key of ROOT_DOCUMENTS) if (files.includes(key)) await put(key);
    } catch (error) {
      const left = [...ROOT_DOCUMENTS.filter((key) => files.includes(key)), ...files];
      await remove([...new Set(left)]).catch(() => undefined);
      throw error;
    }
    await mark.release();
  };

  return {
    name,
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
    remedy: "Choose another place (--out).",
  });
}

async function refuseExisting(parts: RemoteParts, prefix: string, overwrite: boolean): Promise<void> {
  const { keys, folders } = await listObjects(parts, prefix, { isFlat: true });
  const names = keys.map((key) => key.slice(prefix.length)).filter((key) => key !== "");
  const isStore = names.some((key) => ROOT_DOCUMENTS.includes(key));
  const others = names.filter((key) => key !== MARK).length + folders.length;
  // What lies about a mark is what a run is writing, or has left; who it is decides the mark.
  if (others === 0 || (isStore && overwrite) || (!isStore && names.includes(MARK))) return;
  throw new StoreError({
    path: parts.name,
    found: isStore ? "a store that is already there" : "something there that is no Zarr store",
    expected: "a place that is free",
    remedy: isStore
      ? "Choose another place, or allow to overwrite it (--overwrite)."
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

/** Keys of all files, sorted; deeper ones first, as those above speak of them. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const keys = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(/[\\/]/)
        .join("/"),
    );
  const depth = (key: string) => key.split("/").length;
  return keys.sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1));
}

/** Waits for all, then throws the first error: nothing may still be on its way once this has thrown. */
async function settle(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}
