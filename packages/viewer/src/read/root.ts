import { FormatError } from "@flashdeconv/core";
import {
  type Container,
  type Hierarchy,
  isContainer,
  join,
  openDataframe,
  openHierarchy,
  openTable,
} from "@flashdeconv/io-zarr/arrays/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { withKnownDocuments } from "./known-documents.js";

/** What opening costs is paid once: metadata are kept, and read under whatever signal asks. */
export interface Root {
  readonly hierarchy: Hierarchy;
  /** The SpatialData container that the table lies in; undefined for an AnnData store. */
  readonly container: Container | undefined;
}

/** Opens the AnnData group that holds a result: the store itself, or a table of a container. */
export async function openRoot(store: ReadableStore, table?: string, signal?: AbortSignal): Promise<Root> {
  const hierarchy = await openHierarchy(await withKnownDocuments(store, { signal }), signal);
  if (!(await isContainer(hierarchy))) return { hierarchy, container: undefined };
  const container = await openTable(hierarchy, table);
  return { hierarchy: hierarchy.below(container.tablePath), container };
}

/** Whether there is a node, asked for by its documents only where nothing lists it. */
export async function hasNode(hierarchy: Hierarchy, group: string, name: string): Promise<boolean> {
  if (hierarchy.consolidated) {
    const names = await hierarchy.children(group);
    if (names !== undefined && !names.includes(name)) return false;
  }
  return (await hierarchy.node(join(group, name))) !== undefined;
}

/** Key that a run gives its result where it is told no other. */
const USUAL = "flashdeconv";

/**
 * The keys of results, the usual one first.
 *
 * @throws FormatError where there is none
 */
export async function findKeys(hierarchy: Hierarchy, wanted?: string): Promise<readonly string[]> {
  const listed = await hierarchy.children("uns");
  const named = (listed ?? [`${wanted ?? USUAL}_params`])
    .filter((name) => name.endsWith("_params"))
    .map((name) => name.slice(0, -"_params".length));
  const keys: string[] = [];
  for (const key of named) if (await isResult(hierarchy, key)) keys.push(key);
  // Listings may be older than the result.
  if (wanted !== undefined && !keys.includes(wanted) && (await isResult(hierarchy, wanted)))
    keys.push(wanted);
  const found = keys.length > 0 ? `results under ${keys.join(", ")}` : "no result of flashdeconv";
  if (keys.length === 0 || (wanted !== undefined && !keys.includes(wanted))) {
    throw new FormatError({
      path: wanted === undefined ? "the store" : `obsm/${wanted}`,
      found,
      expected: "a dataframe with a column per type in obsm, and its parameters in uns",
      remedy: keys.length > 0 ? "Name one of these keys." : "Open what `flashdeconv run` wrote.",
    });
  }
  return keys.sort((a, b) => Number(b === USUAL) - Number(a === USUAL));
}

async function isResult(hierarchy: Hierarchy, key: string): Promise<boolean> {
  if (!(await hasNode(hierarchy, "obsm", key))) return false;
  const node = await hierarchy.node(join("obsm", key));
  if (node?.kind !== "group") return false;
  return (await openDataframe(hierarchy, join("obsm", key)).catch(() => undefined)) !== undefined;
}
