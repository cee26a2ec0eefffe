import { StoreError } from "@flashdeconv/core";
import { MOST_DOCUMENT_BYTES } from "../bounds.js";
import { NoStoreError } from "../no-store-error.js";
import { readKey } from "../read-key.js";
import type { OpenStore, ReadableStore } from "../store.js";
import type { StoreFormat } from "../store-format.js";
import type { Unpack } from "../zip/unpack-stream.js";
import { JOURNAL } from "./hidden-keys.js";
import type { HttpParts } from "./http-parts.js";
import { httpStore, type RemoteAccess } from "./http-store.js";
import { objectReader } from "./object-reader.js";
import { remoteZip } from "./remote-zip.js";

/** What the runtime and the service can do beside reading. */
export interface HttpExtras extends Pick<RemoteAccess, "cache" | "list"> {
  readonly format: StoreFormat;
  readonly unpack?: Unpack;
}

/** Opens a store behind a network. Throws StoreError where there is none or it may not be read. */
export async function openHttp(parts: HttpParts, { unpack, ...extras }: HttpExtras): Promise<OpenStore> {
  const { name, url, options, ledger, sign, fetch, signedHow } = parts;
  const { format, cache } = extras;
  const opened = { transfer: () => ledger.counts(), close: async () => undefined };
  if (/\.zip$/i.test(new URL(url).pathname)) {
    const reader = objectReader({ fetch, ledger, sign, cache, options });
    return { ...(await remoteZip(parts, reader, { format, unpack })), ...opened };
  }
  const store = httpStore(url, options, { ledger, sign, fetch, signedHow, ...extras });
  await requireRoot(name, store, format);
  return { ...store, name, ...opened };
}

/** Says at once, and with the address, that there is no store; a folder may be meant that holds some. */
async function requireRoot(name: string, store: ReadableStore, format: StoreFormat): Promise<void> {
  const { rootDocuments } = format;
  for (const document of rootDocuments) {
    if (await readKey(store, `/${document}`, { most: MOST_DOCUMENT_BYTES })) return;
  }
  if (await readKey(store, `/${JOURNAL}`, { most: MOST_DOCUMENT_BYTES })) {
    throw new StoreError({
      path: name,
      found: "a store that is being replaced, or was until the run that did it was stopped",
      expected: "a complete store",
      remedy: "Wait for that run to end; if it was stopped, the next run that writes there completes it.",
    });
  }
  throw new NoStoreError({
    path: name,
    thing: "nothing",
    found: `neither ${rootDocuments[0]} nor ${rootDocuments[1]}`,
    expected: `a ${format.name} store: its folder, or a zip file of one`,
    remedy: "Check the address.",
  });
}
