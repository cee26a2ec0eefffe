import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MOST_BYTES } from "../../bounds.js";
import { HIDDEN, JOURNAL } from "../../remote/hidden-keys.js";
import { limiter } from "../../remote/limiter.js";
import { refused } from "../../remote/refused.js";
import { isDocument, type StoreFormat } from "../../store-format.js";
import { objectUrl } from "./bucket-access.js";
import { listObjects } from "./list-objects.js";
import { deleteObject, putBytes, putFile } from "./put-object.js";
import type { RemoteParts } from "./remote-parts.js";

/** Uploads at a time: each holds up to PART_BYTES. */
const UPLOADS = 4;
/** Below it lies what is to replace a store. */
const NEW = `${HIDDEN}new/`;

/** Where in a bucket a store lies, and what tells its documents. */
export interface UploadTarget {
  /** What its keys begin with. */
  readonly prefix: string;
  readonly format: StoreFormat;
}

/**
 * Uploads the store that lies in the folder `staging` to the keys that begin with a prefix: chunks, then metadata from the leaves up,
 * the root's last, so that a reader finds a whole store or none. An old store is replaced only when all of the new one lies beside it
 * and a journal says so. From then on there is a time without a store, but `finishUpload` can complete it from anywhere.
 *
 * @throws what the service refuses. Where it is thrown before the journal is there, the old store is as it was.
 */
export async function uploadStore(parts: RemoteParts, target: UploadTarget, staging: string): Promise<void> {
  const { prefix, format } = target;
  const files = await filesBelow(staging);
  const old = await keysBelow(parts, prefix);
  const fromDisk = (key: string, to: string) =>
    putFile(parts, urlOf(parts, prefix + to), join(staging, ...key.split("/")));
  const isReplacing = old.some((key) => format.documents.includes(key));
  try {
    if (!isReplacing) {
      await remove(parts, prefix, old);
      return await putInOrder(format, files, (key) => fromDisk(key, key));
    }
    await putAll(files, (key) => fromDisk(key, NEW + key));
  } catch (error) {
    const left = isReplacing
      ? files.map((key) => NEW + key)
      : [...format.documents.filter((key) => files.includes(key)), ...files];
    await remove(parts, prefix, [...new Set(left)]).catch(() => undefined);
    throw error;
  }
  await putBytes(parts, urlOf(parts, prefix + JOURNAL), new TextEncoder().encode(JSON.stringify(files)));
  await replace(parts, target, files, (key) => fromDisk(key, key));
}

/** Completes what a run that was stopped had begun to replace, and removes what it had not begun with. */
export async function finishUpload(parts: RemoteParts, target: UploadTarget): Promise<void> {
  const { prefix } = target;
  const hidden = (await listObjects(parts, prefix + HIDDEN)).keys.map((key) => key.slice(prefix.length));
  if (hidden.includes(JOURNAL)) {
    const text = new TextDecoder().decode(await getBytes(parts, prefix + JOURNAL));
    await replace(parts, target, JSON.parse(text) as string[], async (key) =>
      putBytes(parts, urlOf(parts, prefix + key), await getBytes(parts, prefix + NEW + key)),
    );
  } else {
    const left = hidden.filter((key) => key.startsWith(NEW));
    await remove(parts, prefix, left);
  }
}

async function replace(
  parts: RemoteParts,
  { prefix, format }: UploadTarget,
  files: readonly string[],
  put: (key: string) => Promise<void>,
): Promise<void> {
  const old = await keysBelow(parts, prefix);
  await remove(
    parts,
    prefix,
    old.filter((key) => format.documents.includes(key)),
  );
  await remove(
    parts,
    prefix,
    old.filter((key) => !files.includes(key) && !format.documents.includes(key)),
  );
  await putInOrder(format, files, put);
  await remove(parts, prefix, [JOURNAL]);
  await remove(
    parts,
    prefix,
    files.map((key) => NEW + key),
  );
}

async function putInOrder(
  format: StoreFormat,
  files: readonly string[],
  put: (key: string) => Promise<void>,
): Promise<void> {
  await putAll(
    files.filter((key) => !isDocument(format, key)),
    put,
  );
  await putAll(
    files.filter((key) => isDocument(format, key) && !format.documents.includes(key)),
    put,
  );
  for (const key of format.documents) if (files.includes(key)) await put(key);
}

async function putAll(files: readonly string[], put: (key: string) => Promise<void>): Promise<void> {
  const slots = limiter(UPLOADS);
  await settle(files.map((key) => slots.run(() => put(key))));
}

async function remove(parts: RemoteParts, prefix: string, keys: readonly string[]): Promise<void> {
  const slots = limiter(parts.options.maxRequests);
  await settle(keys.map((key) => slots.run(() => deleteObject(parts, urlOf(parts, prefix + key)))));
}

/** Keys of the store, without what is hidden in it. */
async function keysBelow(parts: RemoteParts, prefix: string): Promise<string[]> {
  const { keys } = await listObjects(parts, prefix);
  return keys.map((key) => key.slice(prefix.length)).filter((key) => !key.startsWith(HIDDEN));
}

async function getBytes(parts: RemoteParts, key: string): Promise<Uint8Array> {
  const url = urlOf(parts, key);
  const answer = await parts.fetch({ url, sign: parts.sign, most: MOST_BYTES });
  if (answer.status !== 200) throw refused(url, answer, parts.signedHow);
  return answer.bytes;
}

function urlOf({ bucket }: RemoteParts, key: string): string {
  return objectUrl({ bucketUrl: bucket?.bucketUrl ?? "" }, key);
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
