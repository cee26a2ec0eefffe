import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormatError, OptionError, WorkerError } from "@flashdeconv/core";
import { openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore, openStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deconvolve, type SpatialInput } from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { proportionsOf } from "./proportions-of.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const dying = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

describe.skipIf(!existsSync(workerUrl))("threads (skipped until `pnpm build` has run)", () => {
  const tissue = simulateTissue({
    spotCount: 9000,
    geneCount: 80,
    typeCount: 3,
    depth: 60,
    cellsPerType: 12,
  });
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-pool-"));
    path = join(folder, "section.zarr");
    const { counts: X, spotCount, geneNames } = tissue;
    const obsm = { spatial: { values: tissue.coordinates } };
    await writeAnnData(
      await createStore(path),
      { X, spotCount, spotNames: tissue.spotNames(), geneNames, obsm },
      { valuesPerChunk: 20_000 },
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function openSection(at = path): Promise<SpatialInput> {
    return { ...(await openSpatial(await openStore(at))), location: { store: at } };
  }

  it("give the same bits as one, whatever their number", async () => {
    for (const threadCount of [2, 3]) {
      const executor = threadPool({ threadCount, workerUrl });
      try {
        for (const options of [
          {},
          { precision: "float64" as const },
          { method: "flashdeconv" as const, solverOptions: { lambda: 300 } },
          { kernels: "typescript" as const },
        ]) {
          let last = 0;
          const onProgress = ({ stage, done }: { stage: string; done: number }) => {
            if (stage === "statistics") last = done;
          };
          const shared = await deconvolve(await openSection(), tissue.reference, options, {
            executor,
            onProgress,
          });
          const wanted = await deconvolve(await openSection(), tissue.reference, options);
          expect(await proportionsOf(shared)).toEqual(await proportionsOf(wanted));
          expect(shared.parameters).toEqual(wanted.parameters);
          expect(last).toBe(9000);
        }
      } finally {
        await executor.close();
      }
    }
  });

  it("pass on an error of the store as what it is", async () => {
    const broken = join(folder, "broken.zarr");
    const { counts: X, spotCount, geneNames } = tissue;
    const contents = {
      X,
      spotCount,
      spotNames: tissue.spotNames(),
      geneNames,
      obsm: { spatial: { values: tissue.coordinates } },
    };
    await writeAnnData(await createStore(broken), contents, { valuesPerChunk: 20_000 });
    const chunk = (await readdir(join(broken, "X/data")))
      .filter((name) => /^\d+$/.test(name))
      .at(-1) as string;
    await truncate(join(broken, "X/data", chunk), 5);
    const executor = threadPool({ threadCount: 2, workerUrl });
    try {
      const error = await deconvolve(await openSection(broken), tissue.reference, {}, { executor }).catch(
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(FormatError);
      expect(error.path).toContain("X/data");
      // The pool is still good for another section.
      expect((await deconvolve(await openSection(), tissue.reference, {}, { executor })).spotCount).toBe(
        9000,
      );
    } finally {
      await executor.close();
    }
  });

  it("stop with the signal's own reason", async () => {
    const executor = threadPool({ threadCount: 2, workerUrl });
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === "genes") controller.abort(reason);
    };
    try {
      const run = deconvolve(
        await openSection(),
        tissue.reference,
        {},
        { executor, onProgress, signal: controller.signal },
      );
      await expect(run).rejects.toBe(reason);
    } finally {
      await executor.close();
    }
  });
});

describe("a thread that dies", () => {
  const input = { location: { store: "none" }, range: { start: 0, end: 1 }, columns: new Int32Array(0) };

  it.each([
    [
      "leaves",
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(7));',
      /exit code 7/,
    ],
    [
      "throws",
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { throw new Error("broken"); });',
      /failed \(broken\)/,
    ],
    ["cannot be loaded", 'import "no-such-module-here";', /no-such-module-here/],
  ])("because it %s rejects its task, those that wait and those to come", async (_, code, message) => {
    const executor = threadPool({ threadCount: 1, workerUrl: dying(code) });
    const jobs = await Promise.allSettled([executor.run("survey", input), executor.run("survey", input)]);
    for (const job of jobs)
      expect(job).toMatchObject({ status: "rejected", reason: expect.any(WorkerError) });
    expect((jobs[0] as PromiseRejectedResult).reason.message).toMatch(message);
    await expect(executor.run("survey", input)).rejects.toThrow(WorkerError);
    await executor.close();
  });

  it("because the pool was closed", async () => {
    const executor = threadPool({ threadCount: 1, workerUrl: dying("setInterval(() => {}, 1000);") });
    const job = expect(executor.run("survey", input)).rejects.toThrow(/closed/);
    await executor.close();
    await job;
  });

  it("leaves no listener on a signal that outlives its tasks", async () => {
    const added = new Set<unknown>();
    const { signal } = new AbortController();
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...[type, listener]: Parameters<typeof addEventListener>) => {
      added.add(listener);
      addEventListener.call(signal, type, listener);
    };
    signal.removeEventListener = (...[type, listener]: Parameters<typeof removeEventListener>) => {
      added.delete(listener);
      removeEventListener.call(signal, type, listener);
    };
    const code =
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", ({ id }) => parentPort.postMessage({ kind: "done", id }));';
    const executor = threadPool({ threadCount: 2, workerUrl: dying(code) });
    await Promise.all(Array.from({ length: 30 }, () => executor.run("survey", input, { signal })));
    expect(added.size).toBe(0);
    await executor.close();
  });

  it("is not started for nonsense", () => {
    expect(() => threadPool({ threadCount: 0 })).toThrow(OptionError);
  });
});
