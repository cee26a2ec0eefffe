import { setTimeout as wait } from "node:timers/promises";
import { refused } from "../../remote/refused.js";
import { inUse, ownerOf } from "../owner-lock.js";
import { isGone, thisOwner } from "../owner-tag.js";
import { objectUrl } from "./bucket-access.js";
import { deleteObject, putBytes, putIfAbsent } from "./put-object.js";
import type { RemoteParts } from "./remote-parts.js";

/** Lies in a store that is being written; its text tells by whom. */
export const MARK = ".flashdeconv-partial";

/** The right to write a store in a bucket, held by one run at a time. */
export interface RemoteMark {
  /** Throws StoreError where another run has taken the place meanwhile; takes a mark again that was removed by hand. */
  check(): Promise<void>;
  /** Gives it back; does nothing where it is another's. */
  release(): Promise<void>;
}

/** Tries while others take and give back the same mark, with a rest between two. */
const MOST_TRIES = 20;
const REST_MILLISECONDS = 100;

/**
 * Marks the place of a store as being written. Services that know conditions (S3, Google, Azure and most that speak their protocols)
 * let one run alone do it. With others the last of several that begin within a moment wins; the rest notice before they upload.
 * The mark of a process of this machine that has died is taken over.
 *
 * @throws StoreError that names the run at work there, or where the place cannot be written to
 */
export async function takeMark(parts: RemoteParts, prefix: string): Promise<RemoteMark> {
  const url = objectUrl({ bucketUrl: parts.bucket?.bucketUrl ?? "" }, prefix + MARK);
  const text = JSON.stringify(thisOwner());
  const body = new TextEncoder().encode(text);

  const take = async () => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const held = await readMark(parts, url);
      // The answer to the attempt before was lost.
      if (held === text) return;
      if (held !== undefined) {
        const owner = ownerOf(held);
        if (!owner || !isGone(owner)) throw taken(parts, owner);
        await deleteObject(parts, url);
      }
      const done = await putIfAbsent(parts, url, body);
      if (done === "put") return;
      if (done === "unknown") return putBytes(parts, url, body);
      if (tries > 0) await wait(REST_MILLISECONDS);
    }
    throw taken(parts, undefined);
  };

  await take();
  return {
    async check() {
      const held = await readMark(parts, url);
      if (held === undefined) await take();
      else if (held !== text) throw taken(parts, ownerOf(held));
    },
    async release() {
      if ((await readMark(parts, url)) === text) await deleteObject(parts, url);
    },
  };
}

/** What the mark says; undefined where there is none. */
async function readMark({ fetch, sign, signedHow }: RemoteParts, url: string): Promise<string | undefined> {
  const answer = await fetch({ url, sign });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refused(url, answer, signedHow);
  return new TextDecoder().decode(answer.bytes);
}

function taken({ name }: RemoteParts, owner: Parameters<typeof inUse>[2]) {
  return inUse(name, `${name}/${MARK}`, owner);
}
