import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, type Executor, SolverError } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { readDataframe } from "@flashdeconv/io-zarr";
import { simulateTissue } from "@flashdeconv/simulate";
import { bcd, type Solver, type SolverSession } from "@flashdeconv/solver";
import { memoryStore } from "@flashdeconv/stores";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Deconvolution,
  type DeconvolveCallbacks,
  deconvolve,
  type ResultSink,
  writeResult,
  writeResultStore,
} from "../src/index.js";
import { BUILT_IN_SOLVERS } from "../src/methods/built-in-solvers.js";
import { openRunFolder } from "../src/platform/node/run-folder.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { buildPipelineTasks } from "../src/stages/pipeline-tasks.js";
import { proportionsOf } from "./proportions-of.js";

// A list that takes another solver.
vi.mock("../src/methods/built-in-solvers.js", async (original) => {
  const made = await original<{ BUILT_IN_SOLVERS: object }>();
  return { ...made, BUILT_IN_SOLVERS: { ...made.BUILT_IN_SOLVERS } };
});

const tissue = simulateTissue({
  spotCount: 12_000,
  geneCount: 60,
  typeCount: 3,
  depth: 60,
  cellsPerType: 12,
  emptySpotFraction: 0.01,
});
const section = {
  counts: tissue.counts,
  geneNames: tissue.geneNames,
  readCoordinates: async () => ({
    dimension: 2 as const,
    values: Float64Array.from((await collect(tissue.coordinates)).values),
  }),
};
const OPTIONS = { lambda: 300 };

/** The article's solver that also says how far each type is off, and how far a spot is from its neighbours. */
const unsure: Solver = {
  ...(bcd as Solver),
  name: "unsure",
  tables: () => [
    { name: "errors", columns: "types" },
    { name: "fit", columns: ["neighbours", "residual"] },
  ],
  start(reference, options, context) {
    const session = (bcd as Solver).start(reference, options, context);
    const typeCount = reference.typeNames.length;
    const { gram } = reference;
    const tabulate: SolverSession["tabulate"] = (tile, abundance, out) => {
      const { spots, statistics, indptr, indices } = tile;
      for (const [i, spot] of spots.entries()) {
        const at = i * (typeCount + 2);
        let apart = 0;
        let residual = 0;
        for (let k = 0; k < typeCount; k++) {
          const own = abundance[spot * typeCount + k];
          let misfit = statistics[spot * (typeCount + 1) + k];
          for (let l = 0; l < typeCount; l++)
            misfit -= gram[k * typeCount + l] * abundance[spot * typeCount + l];
          out[at + k] = Math.sqrt(Math.abs(misfit));
          residual += misfit * misfit;
          for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
            apart += Math.abs(own - abundance[indices[e] * typeCount + k]);
          }
        }
        out[at + typeCount] = apart;
        out[at + typeCount + 1] = residual;
      }
    };
    return { ...session, tabulate };
  },
};

function run(callbacks: DeconvolveCallbacks = {}, solver: Solver = unsure): Promise<Deconvolution> {
  const method = solver === bcd ? ("flashdeconv" as const) : undefined;
  const options = { solver, solverOptions: OPTIONS, method };
  return deconvolve({ ...section, location: { store: "memory" } }, tissue.reference, options, callbacks);
}

async function tableOf({ tables }: Deconvolution, name: string) {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return (await collect(table.values)).values;
}

async function expectSame(found: Deconvolution, wanted: Deconvolution): Promise<void> {
  expect(found.tables.map(({ name }) => name)).toEqual(wanted.tables.map(({ name }) => name));
  for (const { name } of wanted.tables) {
    expect(await tableOf(found, name), name).toEqual(await tableOf(wanted, name));
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-tables-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Three threads that are none, each with sessions of its own, to which everything comes as a message. */
function threeThreads(): Executor<ReturnType<typeof buildPipelineTasks>> & { readonly ran: string[] } {
  const threads = Array.from({ length: 3 }, () => {
    const sessions = new Map<string, SolverSession>();
    return buildPipelineTasks({
      allocate: (Type, length) => new Type(new SharedArrayBuffer(Type.BYTES_PER_ELEMENT * length), 0, length),
      openCounts: async () => section.counts,
      openSession({ id, reference, options, context }) {
        const session =
          sessions.get(id) ?? unsure.start(reference, options, { ...context, arena: undefined });
        sessions.set(id, session);
        return session;
      },
      openScratchFile: () => Promise.reject(new Error("no scratch")),
    });
  });
  const ran: string[] = [];
  let next = 0;
  return {
    ran,
    isThreaded: true,
    sharesMemory: true,
    concurrency: 3,
    async run(name, input, { signal, onReport } = {}) {
      ran.push(String(name));
      const { memory: _, ...session } = (input as { session?: { memory?: unknown } }).session ?? {};
      const message = "session" in (input as object) ? { ...(input as object), session } : input;
      const tasks = threads[next++ % 3];
      const task = tasks[name] as (given: unknown, context: unknown) => never;
      return task(structuredClone(message), { signal, report: onReport ?? (() => undefined) });
    },
    close: async () => undefined,
  };
}

describe("tables that a solver yields", () => {
  it("come with the result, and say nothing of spots without an answer", async () => {
    const result = await run();
    expect(result.tables.map(({ name }) => name)).toEqual([
      ...["proportions", "dominant", "status", "counts", "entropy"],
      ...["errors", "fit"],
    ]);
    const [errors, fit] = [await tableOf(result, "errors"), await tableOf(result, "fit")];
    expect(errors).toBeInstanceOf(Float32Array);
    expect(errors).toHaveLength(3 * 12_000);
    expect(fit).toHaveLength(2 * 12_000);
    expect(fit.filter((value) => value > 0).length).toBeGreaterThan(20_000);
    for (const [spot, type] of result.dominant.entries()) {
      expect(Number.isNaN(errors[3 * spot])).toBe(type < 0);
      expect(Number.isNaN(fit[2 * spot + 1])).toBe(type < 0);
    }
    for (const { values } of result.tables) await checkSource(values);
    // What every result says is not changed by them.
    const plain = await run({}, bcd as Solver);
    expect(await proportionsOf(result)).toEqual(await proportionsOf(plain));
    expect(await tableOf(result, "proportions")).toEqual(await proportionsOf(plain));
    expect(await tableOf(plain, "counts")).toEqual(plain.counts);
    expect(await tableOf(plain, "status")).toEqual(Float32Array.from(plain.statuses));
    expect(await tableOf(plain, "dominant")).toEqual(Float32Array.from(plain.dominant));
  });

  it("have the same bits on scratch", async () => {
    const scratch = await openScratchFolder(folder);
    await expectSame(await run({ scratch: { scratch, windowBytes: 2 ** 26 } }), await run());
    await scratch.remove();
  });

  it("have the same bits of threads", async () => {
    const wanted = await run();
    const executor = threeThreads();
    // Threads take no solver of others, as they could not know it.
    (BUILT_IN_SOLVERS as Record<string, Solver>)[unsure.name] = unsure;
    try {
      await expectSame(await run({ executor }), wanted);
    } finally {
      delete (BUILT_IN_SOLVERS as Record<string, Solver>)[unsure.name];
    }
    expect(executor.ran.filter((name) => name === "tabulate")).toHaveLength(3);
  });

  it.each([false, true])("have the same bits after a run was stopped (on scratch: %s)", async (onScratch) => {
    const wanted = await run();
    const round = async (stopAt: number) => {
      const place = join(folder, "run");
      const kept = await openRunFolder(place, { facts: { input: "tissue" }, resume: true, everySeconds: 0 });
      const controller = new AbortController();
      try {
        const scratch = onScratch ? { scratch: await kept.openScratch(0), windowBytes: 2 ** 26 } : undefined;
        const result = await run({
          checkpoint: kept.checkpoint,
          scratch,
          signal: controller.signal,
          onProgress({ stage, done }) {
            if (stage === "solve" && done >= stopAt) controller.abort(new Error("stopped"));
          },
        });
        await expectSame(result, wanted);
        await kept.remove();
        return "done";
      } catch (error) {
        if (!controller.signal.aborted) throw error;
        await kept.leave();
        return "stopped";
      }
    };
    expect(await round(3)).toBe("stopped");
    expect(await round(Number.POSITIVE_INFINITY)).toBe("done");
  });

  it.each([false, true])("are kept for the process that writes them (on scratch: %s)", async (onScratch) => {
    const wanted = await run();
    const stage = async (stopAt: "answer" | undefined, stopSolve: boolean) => {
      const kept = await openRunFolder(join(folder, "run"), { facts: {}, resume: true, everySeconds: 0 });
      const controller = new AbortController();
      const scratch = onScratch ? { scratch: await kept.openScratch(0), windowBytes: 2 ** 26 } : undefined;
      const onProgress = ({ stage, done }: { stage: string; done: number }) => {
        if (stopSolve && stage === "solve" && done >= 1) controller.abort(new Error("stopped"));
      };
      const { signal } = controller;
      const running = run({ checkpoint: kept.checkpoint, scratch, stopAt, signal, onProgress });
      const ended = await running.then(
        (result) => expectSame(result, wanted),
        (error) => error,
      );
      await kept.leave();
      return ended;
    };
    expect(await stage(undefined, true)).toEqual(new Error("stopped"));
    expect(await stage("answer", false)).toMatchObject({ at: "answer", isWaiting: false });
    // Would it solve anything, it would be stopped.
    expect(await stage(undefined, true)).toBeUndefined();
  });

  it("have NaN for types without counts, and are written as dataframes", async () => {
    const { counts, geneNames } = section;
    const { cellTypes } = tissue.reference;
    const silent = {
      ...tissue.reference,
      cellTypes: { names: [...cellTypes.names, "A silent"], codes: Int32Array.of(...cellTypes.codes, 3) },
      counts: {
        ...tissue.reference.counts,
        spotCount: tissue.reference.counts.spotCount + 1,
        async *chunks(options?: { signal?: AbortSignal }) {
          let chunk = await collect(tissue.reference.counts, options);
          const indptr = Int32Array.of(...chunk.indptr, chunk.indptr[chunk.spotCount]);
          chunk = { ...chunk, spotCount: chunk.spotCount + 1, indptr };
          yield chunk;
        },
      },
    };
    const options = { solver: unsure, solverOptions: OPTIONS, method: undefined };
    const result = await deconvolve({ ...section, counts, geneNames }, silent, options);
    const wanted = await run();
    const place = result.typeNames.indexOf("A silent");
    expect(place).toBe(0);
    const [errors, without] = [await tableOf(result, "errors"), await tableOf(wanted, "errors")];
    for (let spot = 0; spot < 12_000; spot++) {
      expect(errors[4 * spot]).toBeNaN();
      for (let k = 0; k < 3; k++) expect(errors[4 * spot + 1 + k]).toEqual(without[3 * spot + k]);
    }
    expect(await tableOf(result, "fit")).toEqual(await tableOf(wanted, "fit"));
    const store = memoryStore();
    await writeResultStore(store, result, { spotNames: tissue.spotNames() }, { key: "mine" });
    const written = await readDataframe(store, "obsm/mine_errors");
    expect([...written.columns.keys()]).toEqual(result.typeNames);
    expect([...(await readDataframe(store, "obsm/mine_fit")).columns.keys()]).toEqual([
      "neighbours",
      "residual",
    ]);
  });

  it.each([
    [{ name: "counts", columns: "types" as const }],
    [{ name: "Errors/", columns: "types" as const }],
    [{ name: "errors", columns: [] }],
  ])("are refused where they cannot be called so: %j", async (table) => {
    const solver: Solver = { ...unsure, name: "odd", tables: () => [table] };
    await expect(run({}, solver)).rejects.toThrow(SolverError);
  });
});

it("a sink of one's own is handed all tables and what they are about", async () => {
  const result = await run();
  let seen: { names: string[]; first: unknown; types: readonly string[] } | undefined;
  const sink: ResultSink = {
    async write(tables, { typeNames, spotNames, notices, signature, parameters }) {
      expect([notices, signature, parameters]).toEqual([result.notices, result.signature, result.parameters]);
      let first: unknown;
      for await (const chunk of spotNames) first ??= chunk;
      seen = { names: tables.map(({ name }) => name), first, types: typeNames };
    },
    discard: async () => undefined,
  };
  await writeResult(sink, result, { spotNames: ["one"] });
  const names = ["proportions", "dominant", "status", "counts", "entropy", "errors", "fit"];
  expect(seen).toEqual({ names, first: "one", types: result.typeNames });
});
