import type { StagedStore, StoreKey } from "@flashdeconv/stores";
import { formatJson } from "../json.js";
import type { JsonObject } from "./array-description.js";
import { collectDocuments, readDocument } from "./metadata-documents.js";
import { stagedBelow } from "./staged-below.js";
import type { ZarrDialect } from "./zarr-dialect.js";
import type { ZarrWriter } from "./zarr-writer.js";

/** Writes the consolidated metadata of a store again, where it has any. Broken ones are left alone: readers pass over them. */
export async function refreshConsolidated(zarr: ZarrWriter): Promise<void> {
  const { consolidatedKey } = zarr.dialect;
  const current = await readDocument(zarr.store, consolidatedKey).catch(() => undefined);
  if (zarr.dialect.isConsolidated(current)) await zarr.consolidate();
}

/**
 * Brings what a container's consolidated metadata say of the group at `path` up to date, where it has any. All else in them stays to
 * the letter, and nothing else of the container is read.
 */
export async function refreshContainer(
  container: StagedStore,
  dialect: ZarrDialect,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  let fresh: Readonly<Record<string, JsonObject>> | undefined;
  for (const key of consolidatedKeys(dialect)) {
    const document = await readDocument(container, key).catch(() => undefined);
    if (document === undefined || !dialect.isConsolidated(document)) continue;
    fresh ??= await documentsAt(container, dialect, path, signal);
    const kept = Object.entries(dialect.listed(document)).filter(
      ([name]) => name !== path && !name.startsWith(`${path}/`),
    );
    const merged = dialect.relisted(document, { ...Object.fromEntries(kept), ...fresh });
    await container.set(key, new TextEncoder().encode(formatJson(merged)));
  }
}

/** SpatialData 0.1 calls the consolidated metadata of Zarr v2 by a name without a dot. */
function consolidatedKeys({ zarrFormat, consolidatedKey }: ZarrDialect): StoreKey[] {
  return zarrFormat === 2 ? [consolidatedKey, "/zmetadata"] : [consolidatedKey];
}

/** What the consolidated metadata of the whole container say of the group at `path` and all below it. */
async function documentsAt(
  container: StagedStore,
  dialect: ZarrDialect,
  path: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, JsonObject>>> {
  const documents = await collectDocuments(stagedBelow(container, path), dialect, signal);
  const placed = documents.map(({ key, content }) => ({
    key: `/${path}${key}` as StoreKey,
    // The table's own copy of what lies below it is not part of the container's.
    content: withoutCopy(content),
  }));
  return dialect.listed(dialect.consolidate(placed));
}

function withoutCopy({ consolidated_metadata: _, ...content }: JsonObject): JsonObject {
  return content;
}
