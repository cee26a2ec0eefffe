import { parentPort } from "node:worker_threads";
import { type ChunkSource, type CsrChunk, packError, type TaskContext, WorkerError } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { openArena } from "@flashdeconv/kernels";
import type { SolverSession } from "@flashdeconv/solver";
import type { ScratchFile } from "../../contracts/scratch.js";
import type { PipelineTasks, SectionLocation, SessionRequest } from "../../contracts/tasks.js";
import { BUILT_IN_SOLVERS } from "../../methods/built-in-solvers.js";
import { buildPipelineTasks } from "../../stages/pipeline-tasks.js";
import type { ToThread } from "./pool.js";
import { openScratchFile } from "./scratch.js";

/** Opened once per thread and section: metadata and row offsets are read once, not for every range. */
const opened = new Map<string, Promise<ChunkSource<CsrChunk>>>();
let session: { id: string; session: SolverSession } | undefined;

const scratchFiles = new Map<string, Promise<ScratchFile>>();

const tasks: PipelineTasks = buildPipelineTasks({
  allocate: (byteLength) => new SharedArrayBuffer(byteLength),
  openCounts(location) {
    const key = JSON.stringify(location);
    const known = opened.get(key) ?? openCounts(location);
    opened.set(key, known);
    return known;
  },
  openSession(request: SessionRequest) {
    if (session?.id !== request.id) {
      const solver = BUILT_IN_SOLVERS[request.solver];
      session = {
        id: request.id,
        session: solver.start(request.reference, request.options, {
          ...request.context,
          arena: request.memory && openArena(request.memory),
        }),
      };
    }
    return session.session;
  },
  openScratchFile(path) {
    const known = scratchFiles.get(path) ?? openScratchFile(path);
    scratchFiles.set(path, known);
    return known;
  },
});

async function openCounts(location: SectionLocation | undefined): Promise<ChunkSource<CsrChunk>> {
  if (!location) {
    throw new WorkerError({
      subject: "worker",
      found: "a section without a location",
      expected: "the path of its store",
      remedy: "Give the section's `location`, or leave the executor out.",
    });
  }
  const { path, layer, table, access } = location;
  return (await openSpatial(await openStore(path, access), { layer, table })).counts;
}

const running = new Map<number, AbortController>();

parentPort?.on("message", async (message: ToThread) => {
  if (message.kind === "abort") return running.get(message.id)?.abort();
  const { id, task, input } = message;
  const controller = new AbortController();
  running.set(id, controller);
  const context: TaskContext = {
    signal: controller.signal,
    report: (data) => parentPort?.postMessage({ kind: "report", id, data }),
  };
  try {
    const run = tasks[task as keyof PipelineTasks] as (
      input: unknown,
      context: TaskContext,
    ) => Promise<unknown>;
    parentPort?.postMessage({ kind: "done", id, result: await run(input, context) });
  } catch (error) {
    parentPort?.postMessage({ kind: "failed", id, error: packError(error) });
  } finally {
    running.delete(id);
  }
});
