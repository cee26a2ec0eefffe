import { collect } from "@flashdeconv/core";
import { openReference, openSpatial, ZARR } from "@flashdeconv/io-zarr";
import { deconvolve } from "@flashdeconv/pipeline";
import { openPageScratch } from "@flashdeconv/pipeline/internal";
import { pagePool } from "@flashdeconv/pipeline/page-pool";
import { openLocation, registerOpeners, webOpeners } from "@flashdeconv/stores";
import { digestOf } from "./page-runs.js";

// In a worker: pages themselves have no such files. Bundled for pages: nothing of Node.

const WINDOW = 64 * 2 ** 20;

export interface ScratchRequest {
  readonly workers?: number;
  readonly bytesNeeded?: number;
}

export interface ScratchAnswer {
  readonly digest?: string;
  readonly error?: string;
  /** Whether something was written. */
  readonly isUsed?: boolean;
}

addEventListener("message", async ({ data }) => {
  const answer = await run(data).catch((error: Error): ScratchAnswer => ({ error: error.message }));
  postMessage(answer);
});

/** A run on scratch of the tissue that the server has. */
async function run({ workers, bytesNeeded }: ScratchRequest): Promise<ScratchAnswer> {
  registerOpeners(webOpeners(ZARR));
  const base = new URL("/data/", location.href).href;
  const store = `${base}section.zarr`;
  const section = { ...(await openSpatial(await openLocation(store))), location: { store } };
  const reference = await openReference(await openLocation(`${base}reference.zarr`));
  const scratch = await openPageScratch(bytesNeeded);
  const executor =
    workers === undefined
      ? undefined
      : pagePool({
          workerCount: workers,
          startWorker: () => new Worker(new URL("pass-worker.ts", location.href), { type: "module" }),
        });
  try {
    const use = { scratch, windowBytes: WINDOW };
    const result = await deconvolve(section, reference, {}, { executor, scratch: use });
    const { values } = await collect(result.proportions);
    return { digest: digestOf(Float64Array.from(values)), isUsed: await isWritten(scratch.path) };
  } finally {
    await executor?.close();
    await scratch.remove();
  }
}

async function isWritten(path: string): Promise<boolean> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.split("/")) folder = await folder.getDirectoryHandle(name);
  for await (const _ of folder.keys()) return true;
  return false;
}
