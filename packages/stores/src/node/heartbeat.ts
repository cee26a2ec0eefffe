import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { ifPresent } from "./file-errors.js";
import type { Owner } from "./owner-tag.js";

export const BEAT_SECONDS = 5;
/**
 * Long against the beat, and as long as network disks may show an old state of a file. It is counted by the clock of who watches:
 * clocks of different machines are never compared.
 */
export const SILENCE_SECONDS = 60;

export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Told where it has to be seen whether the owner still lives, and how long that may take. */
  readonly onWait?: (owner: Owner, seconds: number) => void;
  /** How long an owner that cannot be seen from here must have given no sign of life. Default 60. */
  readonly silenceSeconds?: number;
}

/** What a lock says, and what changes with each sign of life of its owner. */
export interface HeldLock {
  readonly text: string;
  readonly beat: number | string;
}

/** A lock is a line; what is longer is none. */
const MOST_BYTES = 4096;
const LOOKS = 30;

/** Undefined where there is no lock. */
export async function readLock(file: string): Promise<HeldLock | undefined> {
  // Opening a file makes network disks show its present state.
  const handle = await ifPresent(open(file, "r"));
  if (!handle) return undefined;
  try {
    const { mtimeMs } = await handle.stat();
    return { text: await firstBytes(handle), beat: mtimeMs };
  } finally {
    await handle.close();
  }
}

/** Gives signs of life from now on. Returns what ends that; it resolves once none is under way. */
export function startBeats(beat: () => Promise<void>, seconds = BEAT_SECONDS): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A beat that fails is missed, no more.
    underWay ??= beat()
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined;
      });
  }, 1000 * seconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}

/** Writes a lock's text over itself, which gives the file a new time. */
export async function beatLock(file: string, text: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    // Another run may have taken the lock over.
    if ((await firstBytes(handle)) === text) await handle.write(text, 0);
  } finally {
    await handle.close();
  }
}

/** "silent": no sign of life for long enough; "beats": it lives; "changed": it was given back or is another's by now. */
export type Watched = "silent" | "beats" | "changed";

/** Watches something that its owner changes from time to time, by looks that tell what it says and its last sign of life. */
export async function watch(
  look: () => Promise<HeldLock | undefined>,
  before: HeldLock,
  owner: Owner,
  { signal, onWait, silenceSeconds = SILENCE_SECONDS }: LockOptions,
): Promise<Watched> {
  onWait?.(owner, silenceSeconds);
  const end = performance.now() + 1000 * silenceSeconds;
  while (performance.now() < end) {
    await wait((1000 * silenceSeconds) / LOOKS, undefined, { signal }).catch(() => signal?.throwIfAborted());
    const held = await look();
    if (held?.text !== before.text) return "changed";
    if (held.beat !== before.beat) return "beats";
  }
  return "silent";
}

async function firstBytes(handle: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(MOST_BYTES), 0, MOST_BYTES, 0);
  return new TextDecoder().decode(buffer.subarray(0, bytesRead));
}
