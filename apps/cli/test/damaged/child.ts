// Tries damaged stores one after the other and tells of each before and after:
//   node child.mjs FOLDER MAIN MEMORY near|far SEED...
import { remoteServer } from "../../../../packages/stores/test/remote-server.js";
import { StoreTrial, storesIn } from "./try-store.js";

const [folder, mainPath, maxMemory, place, ...seeds] = process.argv.slice(2);
const tell = (message: object) => process.send?.(message);
process.on("unhandledRejection", (reason) => tell({ unhandled: String((reason as Error)?.stack ?? reason) }));
process.on("uncaughtException", (reason) => tell({ unhandled: String(reason?.stack ?? reason) }));

const { main } = await import(mainPath);
const far = place === "far" ? await remoteServer({ read: storesIn(folder) }) : undefined;
const trial = new StoreTrial(main, folder, maxMemory, far);
for (const seed of seeds.map(Number)) {
  tell({ begins: seed });
  tell({ verdict: await trial.try(seed), peakBytes: 1024 * process.resourceUsage().maxRSS });
}
await far?.close();
process.disconnect?.();
