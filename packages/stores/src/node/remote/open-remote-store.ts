import { openHttp } from "../../remote/open-http.js";
import type { OpenStore, ReadableStore } from "../../store.js";
import type { StoreAccess } from "../../store-access.js";
import type { StoreFormat } from "../../store-format.js";
import { unpackNative } from "../unpack-native.js";
import { diskCache } from "./disk-cache.js";
import { listObjects } from "./list-objects.js";
import type { RemoteLocation } from "./parse-location.js";
import { type RemoteParts, remoteParts } from "./remote-parts.js";

/** Opens a store behind a network, with a cache on the disk where one is asked for. Throws StoreError as `openHttp` does. */
export async function openRemoteStore(
  location: RemoteLocation,
  access: StoreAccess,
  format: StoreFormat,
): Promise<OpenStore> {
  const parts = await remoteParts(location, access);
  const cache = access.cache === undefined ? undefined : await diskCache(access.cache, access.cacheBytes);
  return openHttp(parts, { format, cache, list: lister(parts), unpack: unpackNative });
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
