import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { StoreAccess } from "@flashdeconv/stores";
import { locationBelow, makeOwnFolder, openObjectFolder } from "@flashdeconv/stores/node/internal";
import { MANIFEST, wholeManifest } from "./manifest.js";
import { LOCK, PARTS, type RunPlace } from "./run-place.js";
import { writeError } from "./write-error.js";

/** How a run's folder in a bucket is reached. */
export interface RunReach {
  readonly access?: StoreAccess;
  /** Folder of this machine for files on their way to the bucket, and for scratch; that of temporary files by default. */
  readonly localFolder?: string;
  /** Ends heeding, and the writing of parts. */
  readonly signal?: AbortSignal;
}

/** Begins the names of folders of this machine. */
const WAY = ".flashdeconv-run-";
/** All that a run makes, and what it keeps of sections that processes of their own have begun. */
const OURS =
  /^((parts\/section-\d{1,10}\/)?(manifest\.jsonl|plan\.json|lock|\d{1,10}\.piece)|parts\/\w{1,32}\/\d{1,10}-\d{1,10}\.piece)$/;
/** The same, as it is seen where only what lies directly in the folder is listed. */
const OURS_AT_TOP = /^(manifest\.jsonl|plan\.json|lock|\d{1,10}\.piece|parts\/)$/;
/** Of other things as many are looked at as come at once. */
const FIRST_LOOK = 1000;

/**
 * A run's folder in a bucket. A piece is written to a file of this machine first, and read from the bucket as it is needed; the manifest is
 * put there whole each time.
 */
export async function bucketPlace(path: string, reach: RunReach): Promise<RunPlace> {
  const { access, localFolder = tmpdir(), signal } = reach;
  const folder = await openObjectFolder(path, access);
  const ending = new AbortController();
  const heeding = folder.until(signal);
  const writing = folder.until(ending.signal);
  const refuseOthers = (names: readonly string[], ours: RegExp) => {
    const foreign = names.find((name) => !ours.test(name));
    if (foreign === undefined) return;
    throw new StoreError({
      path,
      found: `a folder with other things in it (${foreign.slice(0, 200)})`,
      expected: "a folder for this run alone",
      remedy: `Name another ${optionName("runDir")}. Nothing there was touched.`,
    });
  };
  return {
    path,
    localFolder,
    isThere: async () => (await heeding.list({ most: 1 })).length > 0,
    async prepare() {
      // At once, where it is a bucket full of other things.
      refuseOthers(await heeding.list({ isFlat: true, most: FIRST_LOOK }), OURS_AT_TOP);
      refuseOthers(await heeding.list(), OURS);
    },
    lock: (options) => folder.lock(LOCK, options),
    pathOf: (name) => locationBelow(path, name),
    namesBelow: (below) => heeding.list({ below: `${below}/` }),
    async open(name) {
      const object = await heeding.open(name);
      return object && { ...object, close: async () => undefined };
    },
    async draft(name) {
      const own = await makeOwnFolder(localFolder, WAY);
      const file = join(own, "piece");
      const discard = () => rm(own, { recursive: true, force: true });
      return {
        path: file,
        async publish(handle) {
          await handle.close();
          // A run that is stopped may still keep what it has done for a moment; parts are many, and short.
          await (name.startsWith(`${PARTS}/`) ? heeding : writing).putFile(name, file);
          await discard();
        },
        discard,
      };
    },
    put: (name, bytes) => writing.put(name, bytes),
    openManifest: (start) =>
      wholeManifest(start, (text) => writing.put(MANIFEST, new TextEncoder().encode(text))),
    remove: (name) => folder.remove([name]),
    async clear(stay) {
      const isOver = (name: string) => OURS.test(name) && name !== LOCK && !stay.includes(name);
      const names = (await folder.list()).filter(isOver);
      await folder.remove(names.filter((name) => name !== MANIFEST));
      if (names.includes(MANIFEST)) await folder.remove([MANIFEST]);
    },
    removeEmpty: async () => undefined,
    removeDrafts: async () => undefined,
    stopWriting: () => ending.abort(new Error("the run has ended")),
    toError: (error, bytes) => writeError(error, { path: localFolder, option: "scratch", bytes }),
  };
}
