import { resolve } from "node:path";
import type { RunReach } from "@flashdeconv/pipeline/internal";
import { localPath } from "@flashdeconv/stores/node/internal";
import type { ResourceFlags } from "../options/resource-options.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";

/** How a run's folder in a bucket is reached, and where on this machine lies what is on its way there. */
export function reachOfRun(
  flags: StoreFlags & Pick<ResourceFlags, "scratch">,
  signal: AbortSignal,
): RunReach {
  const { scratch } = flags;
  const localFolder = scratch === undefined ? undefined : resolve(localPath(scratch));
  return { access: storeAccess(flags), localFolder, signal };
}
