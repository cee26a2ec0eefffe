import { collect, type Executor } from "@flashdeconv/core";
import { openSpatial, ZARR } from "@flashdeconv/io-zarr";
import { type DeconvolveOptions, deconvolve, type PipelineTasks } from "@flashdeconv/pipeline";
import { pagePool } from "@flashdeconv/pipeline/page-pool";
import { simulateTissue } from "@flashdeconv/simulate";
import { openLocation, type ReadableStore, registerOpeners, webOpeners } from "@flashdeconv/stores";

/** The tissue of the section that is served. */
export const tissueOf = (spotCount: number) =>
  simulateTissue({ spotCount, geneCount: 60, typeCount: 4, depth: 40, cellsPerType: 12, seed: 4 });

/** In a page: deconvolves a section behind a URL with workers of the page. Bundled for pages: nothing of Node. */
export async function runWithWorkers(url: string) {
  const executor = pagePool({ workerCount: 2, startWorker: () => new Worker("worker.js") });
  try {
    registerOpeners(webOpeners(ZARR));
    return await runOn(await openLocation(url), url, { smoothing: 10 }, executor);
  } finally {
    await executor.close();
  }
}

/** A run, and a digest of all its numbers, to be compared between Node and pages. */
export async function runOn(
  store: ReadableStore,
  path: string,
  options: Partial<DeconvolveOptions>,
  executor?: Executor<PipelineTasks>,
) {
  const tasks = new Set<string>();
  const watched: Executor<PipelineTasks> | undefined = executor && {
    ...executor,
    run(task, input, settings) {
      tasks.add(task);
      return executor.run(task, input, settings);
    },
  };
  const section = { ...(await openSpatial(store)), location: { store: path } };
  const { reference } = tissueOf(section.counts.spotCount);
  const result = await deconvolve(section, reference, options, { executor: watched });
  const { values } = await collect(result.proportions);
  return {
    digest: [values, result.totals, result.dominant].map(digestOf).join(" "),
    spotCount: result.spotCount,
    converged: result.parameters.converged,
    tasks: [...tasks].sort(),
  };
}

/** FNV-1a over the bytes: no page has crypto.subtle on every address. */
function digestOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

/** What a page's own name for its workers is. */
declare const Worker: new (url: string) => import("@flashdeconv/pipeline/page-pool").PageWorker;
