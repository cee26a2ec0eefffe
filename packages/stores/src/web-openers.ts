import { OptionError } from "@flashdeconv/core";
import type { Opener } from "./open-location.js";
import { httpParts } from "./remote/http-parts.js";
import type { ObjectCache } from "./remote/object-reader.js";
import { openHttp } from "./remote/open-http.js";
import { openRemoteFile } from "./remote/remote-file.js";
import type { StoreAccess } from "./store-access.js";
import type { StoreFormat } from "./store-format.js";
import type { StoreLocation } from "./store-location.js";
import { browserCache } from "./web/browser-cache.js";
import { hasBrowserFiles } from "./web/browser-files.js";
import { openPicked, type PickedLocation } from "./web/picked-folder.js";
import { blobReader } from "./zip/blob-reader.js";
import { zipStore } from "./zip/zip-store.js";

/** A store below an `http(s)` URL, or a zip file of one there. */
export interface UrlLocation extends StoreLocation {
  readonly opener: "url";
  readonly url: string;
}

/** A file that a page holds, such as one that was picked. */
export interface BlobLocation extends StoreLocation {
  readonly opener: "blob";
  readonly blob: Blob;
  /** What people call it, such as the name of its file. Threads know it by this name: give two of them different ones. */
  readonly name: string;
}

/** What opens stores wherever there is `fetch`: in pages, their workers, and Node. */
export function webOpeners(format: StoreFormat): {
  readonly url: Opener<UrlLocation>;
  readonly blob: Opener<BlobLocation>;
  readonly picked: Opener<PickedLocation>;
} {
  return {
    url: {
      parse: (url) => (/^https?:\/\//i.test(url) ? { opener: "url", url } : undefined),
      open: async ({ url }, access) =>
        openHttp(httpParts(url, access), { format, cache: await cacheOf(access) }),
      openFile: async ({ url }, access) => openRemoteFile(httpParts(url, access), await cacheOf(access)),
      isRemote: true,
    },
    blob: {
      async open({ blob, name }, { mostBytes }) {
        const store = await zipStore(name, blobReader(blob), { format, mostBytes });
        return { ...store, close: async () => undefined };
      },
      openFile: async ({ blob, name }, { mostBytes }) => ({
        ...blobReader(blob),
        name,
        mostBytes,
        close: async () => undefined,
      }),
    },
    picked: { open: (location, access) => openPicked(location, access, format) },
  };
}

/** What keeps what is fetched: in a page, in a folder that `openBrowserFolder` has made. */
async function cacheOf({ cache }: StoreAccess): Promise<ObjectCache | undefined> {
  if (cache === undefined) return undefined;
  if (hasBrowserFiles()) return browserCache(cache);
  const rule = "no folder, as there are no files of a browser here";
  throw new OptionError({ option: "cache", value: cache, rule, remedy: "Leave it out." });
}
