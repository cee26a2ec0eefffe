import { resolve } from "node:path";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";

/** A location as the same text wherever a command is started from, without what URLs hold to show who asks. */
export function placeOf(location: string): string {
  return isRemote(location) ? redactUrl(location) : resolve(localPath(location));
}
