import { StoreError } from "@flashdeconv/core";
import { MOST_DOCUMENT_BYTES } from "../../bounds.js";
import { readKey } from "../../read-key.js";
import { httpStore } from "../../remote/http-store.js";
import { objectReader } from "../../remote/object-reader.js";
import type { TransferCounts } from "../../remote/transfer-ledger.js";
import type { ReadableStore } from "../../store.js";
import type { StoreAccess } from "../../store-access.js";
import { diskCache } from "./disk-cache.js";
import { listObjects } from "./list-objects.js";
import type { StoreLocation } from "./parse-location.js";
import { type RemoteParts, remoteParts } from "./remote-parts.js";
import { remoteZip } from "./remote-zip.js";
import { JOURNAL } from "./upload-store.js";

export type OpenRemoteStore = ReadableStore & { readonly transfer: () => TransferCounts };

/** Opens a store behind a network. Throws StoreError where there is none or it may not be read. */
export async function openRemoteStore(
  location: Exclude<StoreLocation, { kind: "path" }>,
  access: StoreAccess,
): Promise<OpenRemoteStore> {
  const parts = await remoteParts(location, access);
  const { ledger, sign, fetch, options, signedHow } = parts;
  const cache = access.cache === undefined ? undefined : await diskCache(access.cache, access.cacheBytes);
  const transfer = () => ledger.counts();
  if (/\.zip$/i.test(new URL(parts.url).pathname)) {
    const reader = objectReader({ fetch, ledger, sign, cache, options });
    return { ...(await remoteZip(parts, reader)), transfer };
  }
  const store = httpStore(parts.url, options, { ledger, sign, fetch, cache, signedHow, list: lister(parts) });
  await requireRoot(parts.name, store);
  return { ...store, name: parts.name, transfer };
}

/** Lists what lies directly below a path, where the place is in a bucket. */
export function lister(parts: RemoteParts): ReadableStore["list"] {
  const { bucket } = parts;
  if (!bucket) return undefined;
  return async (path, { signal } = {}) => {
    const folder = [bucket.key, path.slice(1)].filter(Boolean).join("/");
    const prefix = folder === "" ? "" : `${folder}/`;
    const { keys, folders } = await listObjects(parts, prefix, { isFlat: true, signal });
    const names = [...keys, ...folders].map((key) => key.slice(prefix.length).replace(/\/$/, ""));
    return names.filter((name) => name !== "");
  };
}

/** Says at once, and with the address, that there is no store; a folder may be meant that holds some. */
async function requireRoot(name: string, store: ReadableStore): Promise<void> {
  for (const document of ["/zarr.json", "/.zgroup", "/.zmetadata", "/.zarray"] as const) {
    if (await readKey(store, document, { most: MOST_DOCUMENT_BYTES })) return;
  }
  if (await readKey(store, `/${JOURNAL}`, { most: MOST_DOCUMENT_BYTES })) {
    throw new StoreError({
      path: name,
      found: "a store that is being replaced, or was until the run that did it was stopped",
      expected: "a whole store",
      remedy: "Wait for that run to end; if it was stopped, the next run with --out there completes it.",
    });
  }
  const isHdf5 = /\.h5(ad)?$/i.test(name);
  throw new StoreError({
    path: name,
    found: isHdf5 ? "an HDF5 file, or nothing" : "neither zarr.json nor .zgroup",
    expected: "a Zarr store: its folder, or a zip file of one",
    remedy: isHdf5
      ? 'Convert it in Python: anndata.read_h5ad(file).write_zarr("name.zarr").'
      : "Check the address.",
  });
}
