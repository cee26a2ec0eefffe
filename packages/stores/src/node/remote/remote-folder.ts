import { StoreError } from "@flashdeconv/core";
import { httpStore, urlOfKey } from "../../remote/http-store.js";
import type { ReadableStore } from "../../store.js";
import type { StoreAccess } from "../../store-access.js";
import type { StoreFormat } from "../../store-format.js";
import { diskCache } from "./disk-cache.js";
import { lister } from "./open-remote-store.js";
import { parseLocation, type RemoteLocation } from "./parse-location.js";
import { remoteParts } from "./remote-parts.js";

/**
 * The files of a folder behind a network, whatever it holds; with `list` where it is in a bucket. Throws StoreError for a location of this
 * machine.
 *
 * @param mayLack names that count as missing where the answer is 403, as from services that may not list
 */
export async function remoteFolder(
  location: string,
  access: StoreAccess,
  mayLack: readonly string[] = [],
): Promise<ReadableStore> {
  const parts = await remoteParts(asRemote(location), access);
  const { url, options, ledger, sign, fetch, signedHow } = parts;
  const cache = access.cache === undefined ? undefined : await diskCache(access.cache, access.cacheBytes);
  const format: StoreFormat = { name: "folder", extension: "", rootDocuments: [], documents: mayLack };
  const store = httpStore(url, options, {
    ledger,
    sign,
    fetch,
    signedHow,
    cache,
    format,
    list: lister(parts),
  });
  return { ...store, name: parts.name };
}

/** The location of a file in a folder behind a network. */
export function locationBelow(folder: string, key: string): string {
  if (asRemote(folder).opener === "url") return urlOfKey(new URL(folder), key);
  return `${folder.replace(/\/+$/, "")}/${key}`;
}

function asRemote(location: string): RemoteLocation {
  const place = parseLocation(location);
  if (place.opener !== "path") return place;
  throw new StoreError({
    path: place.path,
    found: "a path of this machine",
    expected: "a URL",
    remedy: "Check the address.",
  });
}
