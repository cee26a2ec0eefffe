import { setTimeout as wait } from "node:timers/promises";
import { MOST_REPLY_BYTES } from "../../bounds.js";
import { refused } from "../../remote/refused.js";
import { type HeldLock, type LockOptions, startBeats } from "../heartbeat.js";
import { inUse, ownerOf, stateOf } from "../owner-lock.js";
import { type Owner, thisOwner } from "../owner-tag.js";
import { objectUrl } from "./bucket-access.js";
import { deleteObject, putBytes, putIfAbsent } from "./put-object.js";
import type { RemoteParts } from "./remote-parts.js";

/** Lies in a store that is being written; its text tells by whom. */
export const MARK = ".flashdeconv-partial";

/** The right to write somewhere in a bucket, held by one run at a time. */
export interface RemoteMark {
  /** Throws StoreError where another run has taken the place meanwhile; takes a mark again that was removed by hand. */
  check(): Promise<void>;
  /** Gives it back; does nothing where it is another's. */
  release(): Promise<void>;
}

/** What a mark says; with each sign of life it is written again, with the next number. */
interface MarkText extends Owner {
  readonly beat?: number;
}

/** Tries while others take and give back the same mark, with a rest between two. */
const MOST_TRIES = 20;
/** Each beat is two requests. */
const BEAT_SECONDS = 15;
const REST_MILLISECONDS = 100;

/**
 * Marks a place, by an object of the name `key`, as being written by this run. Services that know conditions (S3, Google, Azure and most that speak their protocols)
 * let one run alone do it. With others the last of several that begin within a moment wins; the rest notice before they upload.
 * The mark of a process of this machine that has died is taken over, and that of another machine's that gives no sign of life.
 *
 * @throws StoreError that names the run at work there, or where the place cannot be written to
 */
export async function takeMark(
  parts: RemoteParts,
  key: string,
  options: LockOptions = {},
): Promise<RemoteMark> {
  const url = objectUrl({ bucketUrl: parts.bucket?.bucketUrl ?? "" }, key);
  const taken = (owner: Owner | undefined) => inUse(parts.name, nameOf(parts, key), owner);
  const owner: Owner = { ...thisOwner(), beatSeconds: BEAT_SECONDS };
  let beatCount = 0;
  const body = () => new TextEncoder().encode(JSON.stringify({ ...owner, beat: beatCount } as MarkText));
  const look = () => readMark(parts, url);

  const take = async () => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const held = await look();
      // The answer to the attempt before was lost.
      if (held?.text === owner.id) return;
      if (held !== undefined) {
        const state = held.owner ? await stateOf(look, held, held.owner, options) : "alive";
        if (state === "alive") throw taken(held.owner);
        if (state === "changed") continue;
        await deleteObject(parts, url);
      }
      const done = await putIfAbsent(parts, url, body());
      if (done === "put") return;
      if (done === "unknown") return putBytes(parts, url, body());
      if (tries > 0) await wait(REST_MILLISECONDS);
    }
    throw taken(undefined);
  };

  await take();
  const stopBeats = startBeats(async () => {
    if ((await look())?.text !== owner.id) return;
    beatCount++;
    await putBytes(parts, url, body());
  }, BEAT_SECONDS);
  return {
    async check() {
      const held = await look();
      if (held === undefined) await take();
      else if (held.text !== owner.id) throw taken(held.owner);
    },
    async release() {
      await stopBeats();
      if ((await look())?.text === owner.id) await deleteObject(parts, url);
    },
  };
}

/** Whose the mark is, by its number; undefined where there is none. */
async function readMark(
  { fetch, sign, signedHow }: RemoteParts,
  url: string,
): Promise<(HeldLock & { readonly owner: MarkText | undefined }) | undefined> {
  const answer = await fetch({ url, sign, most: MOST_REPLY_BYTES });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refused(url, answer, signedHow);
  const said = new TextDecoder().decode(answer.bytes);
  const owner: MarkText | undefined = ownerOf(said);
  return { text: owner?.id ?? said, beat: owner?.beat ?? 0, owner };
}

/** What to remove where its owner is dead on another machine. */
function nameOf({ name, bucket }: RemoteParts, key: string): string {
  return bucket ? `${name}${key.slice(bucket.key.length)}` : name;
}
