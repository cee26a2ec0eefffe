// Tries damaged stores one after the other and tells of each before and after:
//   node child.mjs FOLDER MAIN MEMORY near|far|vendors SEED...
import { remoteServer } from "../../../../packages/stores/test/remote-server.js";
import { damageFolder } from "../vendor/damage-folder.js";
import { FolderTrial } from "../vendor/try-folder.js";
import { damageStore } from "./damage-store.js";
import { StoreTrial, storesIn } from "./try-store.js";

const [folder, mainPath, maxMemory, place, ...seeds] = process.argv.slice(2);
const tell = (message: object) => process.send?.(message);
process.on("unhandledRejection", (reason) => tell({ unhandled: String((reason as Error)?.stack ?? reason) }));
process.on("uncaughtException", (reason) => tell({ unhandled: String(reason?.stack ?? reason) }));

const { main } = await import(mainPath);
const far = place === "far" ? await remoteServer({ read: storesIn(folder) }) : undefined;
const isVendors = place === "vendors";
const trial = isVendors
  ? new FolderTrial(main, folder, maxMemory)
  : new StoreTrial(main, folder, maxMemory, far);
for (const seed of seeds.map(Number)) {
  const { base, role, damage } = isVendors ? await damageFolder(seed) : damageStore(seed);
  tell({ begins: { seed, base, role, damage } });
  tell({ verdict: await trial.try(seed), peakBytes: 1024 * process.resourceUsage().maxRSS });
}
await far?.close();
process.disconnect?.();
