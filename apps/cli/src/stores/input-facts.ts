import { createHash } from "node:crypto";
import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { type FingerprintOptions, MOST_DOCUMENT_BYTES } from "@flashdeconv/stores/internal";
import { placeOf } from "./place-of.js";

/** Documents that say what a store holds, wherever it lies. */
const DOCUMENTS = ["/zarr.json", "/.zmetadata", "/.zattrs", "/.zgroup"] as const;

/** What tells the present content of a store from any other, each named with where the store lies. */
export async function storeFacts(
  store: ReadableStore,
  path: string,
  options: FingerprintOptions = {},
): Promise<Readonly<Record<string, string>>> {
  return factsAbout(
    path,
    store.fingerprint ? await store.fingerprint(options) : await documentDigests(store, options),
  );
}

/** What is known of an input by its members, each named with where it lies. */
export function factsAbout(
  path: string,
  members: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const name = placeOf(path);
  return Object.fromEntries(
    Object.entries(members).map(([member, value]) => [member === "" ? name : `${member} of ${name}`, value]),
  );
}

/** The same of a table. */
export function textFacts(text: string, path: string): Readonly<Record<string, string>> {
  return { [placeOf(path)]: digest(new TextEncoder().encode(text)) };
}

/** For stores that do not tell more. */
async function documentDigests(store: ReadableStore, { signal }: FingerprintOptions) {
  const found: Record<string, string> = {};
  for (const key of DOCUMENTS) {
    const bytes = await store.get(key, { signal, most: MOST_DOCUMENT_BYTES });
    if (bytes) found[key.slice(1)] = digest(bytes);
  }
  return found;
}

function digest(bytes: Uint8Array): string {
  return `${numbered(bytes.length, "byte")}, ${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}`;
}

/**
 * What to look at of a section: its table, and, of a container, the shapes that coordinates come from. What a result in place changes
 * is left out, so that a run that was killed right after its commit can be resumed; without a key, nothing is.
 */
export function sectionFingerprint(tablePath: string | undefined, key?: string): FingerprintOptions {
  const table = tablePath === undefined ? "" : `${tablePath}/`;
  const below = tablePath === undefined ? [""] : [tablePath, "shapes"];
  if (key === undefined) return { below };
  return {
    below,
    isLeftOut(path) {
      if (!path.startsWith(table)) return false;
      const [group, name, ...deeper] = path.slice(table.length).split("/");
      if (name === undefined) return GROUP_DOCUMENTS.has(group);
      if (!RESULT_GROUPS.has(group)) return false;
      const isDocument = deeper.length === 0 && GROUP_DOCUMENTS.has(name);
      return isDocument || name === key || name.startsWith(`${key}_`);
    },
  };
}

const RESULT_GROUPS: ReadonlySet<string> = new Set(["obs", "obsm", "uns"]);
const GROUP_DOCUMENTS: ReadonlySet<string> = new Set([".zgroup", ".zattrs", ".zmetadata", "zarr.json"]);
