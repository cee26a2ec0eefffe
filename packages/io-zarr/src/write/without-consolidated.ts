import type { ReadableStore } from "@flashdeconv/stores";
import { formatJson } from "../json.js";
import { readDocument } from "./metadata-documents.js";
import { zarrV2 } from "./zarr-v2.js";
import { zarrV3 } from "./zarr-v3.js";

/** The store as its nodes' own documents tell: consolidated ones may be behind, and would hide columns of `obs`. */
export function withoutConsolidated(store: Pick<ReadableStore, "get">): ReadableStore {
  return {
    async get(key, options) {
      if (key === zarrV2.consolidatedKey || key === "/zmetadata") return undefined;
      const bytes = await store.get(key, options);
      if (key !== zarrV3.consolidatedKey || bytes === undefined) return bytes;
      const { consolidated_metadata: _, ...root } = (await readDocument(store, key)) ?? {};
      return new TextEncoder().encode(formatJson(root));
    },
  };
}
