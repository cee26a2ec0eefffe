import { StoreError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { bucketPlace, type RunReach } from "./bucket-place.js";
import { diskPlace } from "./disk-place.js";
import { MANIFEST, type ManifestContent, parseManifest } from "./manifest.js";
import { isOfRange } from "./part-files.js";
import { attempt, type RunPlace } from "./run-place.js";

/** The place that a path or a URL names. Throws StoreError for one that nothing can be written to. */
export async function openRunPlace(path: string, reach: RunReach = {}): Promise<RunPlace> {
  return isRemote(path) ? bucketPlace(path, reach) : diskPlace(path);
}

/** More than the manifest of any run. */
const MOST_BYTES = 2 ** 28;

/** Reads the manifest of a place; undefined where there is none, or one without a whole header. */
export async function readManifest(place: RunPlace): Promise<ManifestContent | undefined> {
  const content = await attempt(place, async () => {
    const file = await place.open(MANIFEST);
    try {
      if (!file) return undefined;
      if (file.size > MOST_BYTES) throw tooLong(place, file.size);
      const bytes = new Uint8Array(file.size);
      // Should it become shorter meanwhile, its end is no whole line.
      await file.read(bytes, 0);
      return parseManifest(new TextDecoder().decode(bytes));
    } finally {
      await file?.close();
    }
  });
  if (!content || place.localFolder === undefined) return content;
  // What is known by its checksum alone lay on the scratch of a process that has ended.
  const entries = [...content.entries].filter(([name, { file }]) => file !== undefined || !isOfRange(name));
  return { ...content, entries: new Map(entries) };
}

function tooLong(place: RunPlace, size: number): StoreError {
  return new StoreError({
    path: place.pathOf(MANIFEST),
    found: numbered(size, "byte"),
    expected: `the list of a run's pieces, of at most ${numbered(MOST_BYTES, "byte")}`,
    remedy: `Name another ${optionName("runDir")}.`,
  });
}
