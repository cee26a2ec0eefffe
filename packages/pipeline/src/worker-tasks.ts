import { type ChunkSource, type CsrChunk, WorkerError } from "@flashdeconv/core";
import { allocateHere, allocateShared } from "@flashdeconv/core/internal";
import { openSpatial } from "@flashdeconv/io-zarr";
import { openLocation } from "@flashdeconv/stores";
import type { Gate } from "./contracts/gate.js";
import type { ScratchFile } from "./contracts/scratch.js";
import type { PipelineTasks, SectionLocation } from "./contracts/tasks.js";
import { sessionStarter } from "./open-sessions.js";
import { gatedSource } from "./runtime/run-gate.js";
import { buildPipelineTasks } from "./stages/pipeline-tasks.js";
import { selectRows } from "./stages/sections/select-rows.js";

/** What differs between the workers of Node and those of a page. */
export interface WorkerResources {
  /** Whether memory can be shared with the other threads. */
  readonly sharesMemory: boolean;
  openScratchFile(path: string): Promise<ScratchFile>;
  /** While it is shut nothing more is read. */
  readonly gate?: Gate;
}

/** The tasks of a worker, which has registered its openers: what it opens, it opens once, and not for every range of spots. */
export function workerTasks({ sharesMemory, openScratchFile, gate }: WorkerResources): PipelineTasks {
  const sections = new Map<string, Promise<ChunkSource<CsrChunk>>>();
  const scratchFiles = new Map<string, Promise<ScratchFile>>();

  async function openCounts(location: SectionLocation | undefined): Promise<ChunkSource<CsrChunk>> {
    if (!location) {
      throw new WorkerError({
        subject: "worker",
        found: "a section without a location",
        expected: "the path of its store",
        remedy: "Give the section's `location`, or leave the executor out.",
      });
    }
    const { store, layer, table, access } = location;
    const { counts } = await openSpatial(await openLocation(store, access), { layer, table });
    return gate ? gatedSource(counts, gate) : counts;
  }

  function openOnce(key: string, open: () => Promise<ChunkSource<CsrChunk>>): Promise<ChunkSource<CsrChunk>> {
    const known = sections.get(key) ?? open();
    sections.set(key, known);
    return known;
  }

  return buildPipelineTasks({
    allocate: sharesMemory ? allocateShared : allocateHere,
    openCounts(location) {
      const { rows, ...store } = location ?? {};
      // An index of chunks is as long as there are chunks, and follows from the rest.
      const key = JSON.stringify(store, (name, value) => (name === "index" ? undefined : value));
      const openStore = () => openOnce(key, () => openCounts(location));
      if (!rows) return openStore();
      return openOnce(`${key} ${rows.id}`, async () => selectRows(await openStore(), rows));
    },
    openSession: sessionStarter(),
    openScratchFile(path) {
      const known = scratchFiles.get(path) ?? openScratchFile(path);
      scratchFiles.set(path, known);
      return known;
    },
  });
}
