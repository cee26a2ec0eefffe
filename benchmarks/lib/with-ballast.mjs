// Runs the command line in a process that holds so many MiB more than it needs: node with-ballast.mjs MIB COMMAND...
import { CLI } from "./places.mjs";

/** Slurm looks once a second. */
const SEEN_MS = 3000;

const [, , mebibytes, ...words] = process.argv;
globalThis.ballast = Buffer.alloc(Number(mebibytes) * 2 ** 20, 1);
await new Promise((resolve) => setTimeout(resolve, SEEN_MS));
process.argv = [process.argv[0], CLI, ...words];
await import(CLI);
