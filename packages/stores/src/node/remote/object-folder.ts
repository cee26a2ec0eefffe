import { StoreError } from "@flashdeconv/core";
import { limiter } from "../../remote/limiter.js";
import { refused } from "../../remote/refused.js";
import type { StoreAccess } from "../../store-access.js";
import type { LockOptions } from "../heartbeat.js";
import { objectUrl } from "./bucket-access.js";
import { listObjects } from "./list-objects.js";
import { parseLocation } from "./parse-location.js";
import { deleteObject, putBytes, putFile } from "./put-object.js";
import { type RemoteMark, takeMark } from "./remote-mark.js";
import { type RemoteParts, remoteParts } from "./remote-parts.js";

/** Bytes that are asked for at once where an object is read from its beginning on. */
const BLOCK_BYTES = 2 ** 23;

/** An object of a bucket, read in whatever steps; at most a block of it is held. */
export interface StoredObject {
  readonly size: number;
  /** Fills `into` from a place of the object; false where it does not reach so far. */
  read(into: Uint8Array, at: number): Promise<boolean>;
}

/** Objects of a bucket whose keys begin alike, as the files of a folder. Each appears whole or not at all. */
export interface ObjectFolder {
  readonly name: string;
  /** Names of all objects below it, with slashes, or of those directly in it (folders end in a slash); without markers of folders. */
  list(options?: ListOptions): Promise<string[]>;
  /** Undefined where there is none. */
  open(name: string): Promise<StoredObject | undefined>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Uploads a file of this machine; at most a part of it is in memory. */
  putFile(name: string, path: string): Promise<void>;
  /** Removes objects, several at a time; those that are not there are as good. */
  remove(names: readonly string[]): Promise<void>;
  /** Takes a lock that is the object of a name. Throws StoreError that names the run which holds it. */
  lock(name: string, options?: LockOptions): Promise<RemoteMark>;
  /** The same folder; what is under way when the signal comes ends, but for what is being removed. */
  until(signal: AbortSignal | undefined): ObjectFolder;
}

export interface ListOptions {
  /** What the names begin with. */
  readonly below?: string;
  readonly isFlat?: boolean;
  readonly most?: number;
}

/**
 * The folder that a location in a bucket names.
 *
 * @throws StoreError for a web server, a path of this machine, or a bucket without a name in it
 */
export async function openObjectFolder(location: string, access: StoreAccess = {}): Promise<ObjectFolder> {
  const place = parseLocation(location);
  if (place.opener === "path") throw notWritable(place.path, "a path of this machine");
  const parts = await remoteParts(place, access);
  if (parts.bucket === undefined) throw notWritable(parts.name, "a web server");
  if (parts.bucket.key === "") throw notWritable(parts.name, "a bucket without a name in it");
  return folderOf(parts, `${parts.bucket.key}/`);
}

function folderOf(parts: RemoteParts, prefix: string): ObjectFolder {
  const urlOf = (name: string) => objectUrl({ bucketUrl: parts.bucket?.bucketUrl ?? "" }, `${prefix}${name}`);
  return {
    name: parts.name,
    async list({ below = "", isFlat, most } = {}) {
      const { keys, folders } = await listObjects(parts, prefix + below, { isFlat, most });
      const own = keys.filter((key) => !key.endsWith("/"));
      return [...own, ...folders].map((key) => key.slice(prefix.length)).filter((name) => name !== "");
    },
    open: (name) => openObject(parts, urlOf(name)),
    put: (name, bytes) => putBytes(parts, urlOf(name), bytes),
    putFile: (name, path) => putFile(parts, urlOf(name), path),
    async remove(names) {
      const slots = limiter(parts.options.maxRequests);
      const removing = names.map((name) => slots.run(() => deleteObject(parts, urlOf(name))));
      // Nothing may still be on its way once this has thrown.
      const failed = (await Promise.allSettled(removing)).find((one) => one.status === "rejected");
      if (failed) throw failed.reason;
    },
    lock: (name, options) => takeMark(parts, prefix + name, options),
    until(signal) {
      const fetch: RemoteParts["fetch"] = (request) =>
        parts.fetch(request.method === "DELETE" ? request : { ...request, signal });
      return folderOf({ ...parts, fetch }, prefix);
    },
  };
}

async function openObject(
  { fetch, sign, signedHow }: RemoteParts,
  url: string,
): Promise<StoredObject | undefined> {
  const ask = async (offset: number) => {
    const answer = await fetch({ url, sign, range: { offset, length: BLOCK_BYTES } });
    if ([200, 206, 404, 416].includes(answer.status)) return answer;
    throw refused(url, answer, signedHow);
  };
  const head = await ask(0);
  if (head.status === 404) return undefined;
  // Of a whole object that is shorter than a block, it is what came.
  const size = head.size ?? head.bytes.length;
  let held = { start: 0, bytes: head.bytes };
  return {
    size,
    async read(into, at) {
      for (let done = 0; done < into.length; ) {
        const from = at + done;
        if (from >= size) return false;
        if (from < held.start || from >= held.start + held.bytes.length) {
          // First this, so that two blocks are never held.
          held = { start: from, bytes: new Uint8Array(0) };
          const answer = await ask(from);
          // It may have been removed meanwhile.
          if (answer.status >= 400 || answer.bytes.length === 0) return false;
          held = { start: from, bytes: answer.bytes };
        }
        const there = held.bytes.subarray(from - held.start, from - held.start + into.length - done);
        into.set(there, done);
        done += there.length;
      }
      return true;
    },
  };
}

function notWritable(path: string, found: string): StoreError {
  return new StoreError({
    path,
    found,
    expected: "a place that can be written to: a path, or s3://, gs:// or az:// with a bucket and a name",
    remedy: "Choose another place.",
  });
}
