// Tries damaged stores one after the other and tells of each before and after: node child.mjs FOLDER MAIN MEMORY SEED...
import { StoreTrial } from "./try-store.js";

const [folder, mainPath, maxMemory, ...seeds] = process.argv.slice(2);
const tell = (message: object) => process.send?.(message);
process.on("unhandledRejection", (reason) => tell({ unhandled: String((reason as Error)?.stack ?? reason) }));
process.on("uncaughtException", (reason) => tell({ unhandled: String(reason?.stack ?? reason) }));

const { main } = await import(mainPath);
const trial = new StoreTrial(main, folder, maxMemory);
for (const seed of seeds.map(Number)) {
  tell({ begins: seed });
  tell({ verdict: await trial.try(seed), peakBytes: 1024 * process.resourceUsage().maxRSS });
}
process.disconnect?.();
