import { OptionError } from "@flashdeconv/core";
import type { Opener } from "./open-location.js";
import { httpParts } from "./remote/http-parts.js";
import { openHttp } from "./remote/open-http.js";
import { openRemoteFile } from "./remote/remote-file.js";
import type { StoreAccess } from "./store-access.js";
import type { StoreFormat } from "./store-format.js";
import type { StoreLocation } from "./store-location.js";
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
} {
  return {
    url: {
      parse: (url) => (/^https?:\/\//i.test(url) ? { opener: "url", url } : undefined),
      open: async ({ url }, access) => openHttp(httpParts(url, withoutCache(access)), { format }),
      openFile: async ({ url }, access) => openRemoteFile(httpParts(url, withoutCache(access))),
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
  };
}

function withoutCache(access: StoreAccess): StoreAccess {
  const { cache } = access;
  if (cache === undefined) return access;
  const rule = "no folder, as a page has none";
  throw new OptionError({ option: "cache", value: cache, rule, remedy: "Leave it out." });
}
