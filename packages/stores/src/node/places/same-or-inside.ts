import type { StoreAccess } from "../../store-access.js";
import { parseLocation } from "../remote/parse-location.js";
import { localNames, type PlaceNames } from "./local-names.js";
import { remoteNames } from "./remote-names.js";

/**
 * Whether the location `inner` is the place `outer`, or lies inside it, however the two are spelled: links, mounts and file URLs of
 * this machine; slashes, dots, escapes, default ports and the several addresses of a bucket behind a network.
 *
 * @param access how buckets are reached, for both
 * @throws what parsing a location, and finding out how a bucket is reached, throw
 */
export async function sameOrInside(inner: string, outer: string, access: StoreAccess = {}): Promise<boolean> {
  const [place, around] = [parseLocation(inner), parseLocation(outer)];
  let names: PlaceNames[];
  if (place.opener === "path" && around.opener === "path") {
    names = await Promise.all([localNames(place.path), localNames(around.path)]);
  } else if (place.opener !== "path" && around.opener !== "path") {
    names = await Promise.all([remoteNames(place, access), remoteNames(around, access)]);
  } else return false;
  const [{ above }, { self }] = names;
  return self.some((name) => above.includes(name));
}
