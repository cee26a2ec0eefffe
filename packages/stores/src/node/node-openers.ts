import type { Opener } from "../open-location.js";
import { openRemoteFile } from "../remote/remote-file.js";
import type { StoreAccess } from "../store-access.js";
import type { StoreFormat } from "../store-format.js";
import { openLocalFile } from "./local-file.js";
import { openPath } from "./open-path.js";
import { diskCache } from "./remote/disk-cache.js";
import { openRemoteStore } from "./remote/open-remote-store.js";
import { type NamedLocation, parseLocation, type RemoteLocation } from "./remote/parse-location.js";
import { remoteParts } from "./remote/remote-parts.js";

type Located<Name extends NamedLocation["opener"]> = Extract<NamedLocation, { opener: Name }>;

/**
 * What opens stores in Node: a folder or a `.zip` of one at a path or `file` URL; the same behind `http` and `https` URLs; below a key of a
 * bucket (`s3`, `gs`, `az`). Credentials are looked up in the environment, for S3 in the AWS files as well.
 */
export function nodeOpeners(format: StoreFormat): {
  readonly [Name in NamedLocation["opener"]]: Opener<Located<Name>>;
} {
  const parsed =
    <Name extends NamedLocation["opener"]>(name: Name) =>
    (text: string) => {
      const location = parseLocation(text);
      return location.opener === name ? (location as Located<Name>) : undefined;
    };
  const open = (location: RemoteLocation, access: StoreAccess) => openRemoteStore(location, access, format);
  const remote = { open, openFile: openObject, isRemote: true } as const;
  return {
    path: {
      parse: parsed("path"),
      open: ({ path }, access) => openPath(path, access, format),
      openFile: ({ path }, { mostBytes }) => openLocalFile(path, mostBytes),
    },
    url: { parse: parsed("url"), ...remote },
    bucket: { parse: parsed("bucket"), ...remote },
  };
}

async function openObject(location: RemoteLocation, access: StoreAccess) {
  const cache = access.cache === undefined ? undefined : await diskCache(access.cache, access.cacheBytes);
  return openRemoteFile(await remoteParts(location, access), cache);
}
