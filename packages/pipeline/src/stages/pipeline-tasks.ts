import type { ChunkSource, CsrChunk, TaskContext } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import { freeChunk } from "@flashdeconv/core/internal";
import type { KernelChoice } from "@flashdeconv/kernels";
import { buildCountCheck, buildCountChecker, librarySizes } from "@flashdeconv/normalize";
import { buildMoments } from "@flashdeconv/select-genes";
import {
  buildGeneMap,
  buildMomentAdder,
  buildRenumbering,
  renumberInPlace,
} from "@flashdeconv/select-genes/internal";
import type { SolverSession, StatArray } from "@flashdeconv/solver";
import { assessPiece, sweepPiece, tabulatePiece, workOnLevel } from "@flashdeconv/solver/internal";
import {
  buildChooser,
  buildRefiner,
  type Refinement,
  type Refiner,
  refinedWidth,
} from "@flashdeconv/solver-poisson/internal";
import type { ScratchFile } from "../contracts/scratch.js";
import type {
  PipelineTasks,
  RefineInput,
  SectionLocation,
  SessionRequest,
  SummarizeInput,
} from "../contracts/tasks.js";
import { statArray } from "../runtime/allocator.js";
import { growingMemory } from "../runtime/growing-memory.js";
import { bytesOf } from "../runtime/scratch/bytes-of.js";
import { takeTurns } from "../runtime/take-turns.js";
import { buildGraphTasks } from "./neighbors/graph-tasks.js";
import { streamOptions } from "./stream-options.js";
import { startCensus } from "./summarize/census.js";
import { countsKeeper, keptChunks } from "./summarize/kept-counts.js";
import { loadingSums } from "./summarize/loading-sums.js";
import { buildRowMaker } from "./summarize/solver-rows.js";
import { addDepths, buildDepthSums } from "./survey/depth-sums.js";
import { readWanted, rowsWithin } from "./survey/read-wanted.js";
import { SampleCollector } from "./survey/sample-rows.js";
import { NO_SAMPLE } from "./survey/sample-spots.js";

export interface TaskResources {
  /** Makes the memory of large arrays that tasks return. */
  readonly allocate: Allocate;
  openCounts(location: SectionLocation | undefined): Promise<ChunkSource<CsrChunk>>;
  openSession(request: SessionRequest): SolverSession;
  openScratchFile(path: string): Promise<ScratchFile>;
}

/** Where the rows of a range go. */
interface StatisticsTarget extends Pick<SummarizeInput, "statistics" | "range"> {
  readonly precision: "float64" | "float32";
}

/** The tasks over the given ways to open a section and a session: in place, or in a thread of their own. */
export function buildPipelineTasks({
  openCounts,
  openSession,
  openScratchFile,
  allocate,
}: TaskResources): PipelineTasks {
  /** Lets rows be written where they are to go. */
  async function statisticsWriter({ statistics, precision, range }: StatisticsTarget, statWidth: number) {
    if (statistics === undefined || !("path" in statistics)) {
      const spotCount = range.end - range.start;
      const own = statistics ? undefined : statArray(precision, spotCount * statWidth);
      const out = own ?? (statistics as StatArray);
      const first = own ? range.start : 0;
      const put = async (start: number, count: number, write: (rows: StatArray) => void) =>
        write(out.subarray((start - first) * statWidth, (start - first + count) * statWidth));
      return { put, rows: own };
    }
    const file = await openScratchFile(statistics.path);
    let memory = statArray(precision, 0);
    const put = async (start: number, count: number, write: (rows: StatArray) => void) => {
      const length = count * statWidth;
      if (memory.length < length) memory = statArray(precision, length);
      const rows = memory.subarray(0, length);
      write(rows);
      await file.write(bytesOf(rows), start * statWidth * rows.BYTES_PER_ELEMENT);
    };
    return { put, rows: undefined };
  }

  /** Reads the proportions that spots begin with. */
  async function startReader({ start, precision, refinement: { typeCount } }: RefineInput) {
    if ("rows" in start) {
      return async (spot: number, count: number) =>
        start.rows.subarray((spot - start.first) * typeCount, (spot - start.first + count) * typeCount);
    }
    const file = await openScratchFile(start.path);
    return async (spot: number, count: number) => {
      const rows = statArray(precision, count * typeCount);
      await file.read(bytesOf(rows), spot * typeCount * rows.BYTES_PER_ELEMENT);
      return rows;
    };
  }

  /** The counts of a range in the genes in use: as they were kept, or of the section. */
  async function* countsInUse(
    { kept, location, range, columns }: RefineInput,
    context: TaskContext,
  ): AsyncGenerator<CsrChunk> {
    const options = streamOptions(range, context);
    if (kept) {
      const file = await openScratchFile(kept.path);
      yield* keptChunks(file, { ...options, byteCount: kept.byteCount, width: columns.length });
      return;
    }
    const counts = await openCounts(location);
    const renumbering = buildRenumbering(columns, counts.width);
    for await (const chunk of counts.chunks(options)) {
      yield renumberInPlace(chunk, renumbering);
      freeChunk(chunk);
    }
  }

  return {
    ...buildGraphTasks(allocate, openScratchFile),

    /** Checks that the values are counts and gathers the moments of the shared genes. */
    async survey({ location, range, columns, summed, sample = NO_SAMPLE, withDepths, kernels }, context) {
      const check = buildCountCheck();
      const addCountCheck = buildCountChecker(kernels);
      const moments = buildMoments(columns.length);
      const counts = await openCounts(location);
      const map = buildGeneMap(columns, counts.width);
      const addMoments = buildMomentAdder(map, kernels);
      const depths = withDepths ? buildDepthSums(columns.length) : undefined;
      const collector = new SampleCollector(sample, range.start);
      const chunks = summed
        ? readWanted(counts, { ranges: summed, spots: sample.spots }, range, context)
        : counts.chunks(streamOptions(range, context));
      for await (const chunk of chunks) {
        for (const rows of summed ? rowsWithin(chunk, summed) : [chunk]) {
          addCountCheck(check, rows);
          addMoments(moments, rows);
          if (depths) addDepths(depths, rows, map);
        }
        collector.add(chunk, map);
        freeChunk(chunk);
      }
      return { moments, check, sample: collector.finish(), ...(depths && { depths }) };
    },

    /** Reduces each spot to the few numbers the solver keeps of it. */
    async summarize(input, context) {
      const { range, columns, form } = input;
      const session = openSession(input.session);
      const counts = await openCounts(input.location);
      const renumbering = buildRenumbering(columns, counts.width);
      const rowsOf = buildRowMaker(form);
      const sumMemory = growingMemory(Float64Array);
      const { statWidth } = session;
      const { put, rows } = await statisticsWriter({ ...input, precision: form.precision }, statWidth);
      const sizes = input.librarySizes ? undefined : statArray(form.precision, range.end - range.start);
      const allSizes = sizes ?? (input.librarySizes as StatArray);
      const own =
        input.loadings && !input.sums ? statArray(form.precision, range.end - range.start) : undefined;
      const addLoadings = input.loadings && loadingSums(input.loadings, own ?? (input.sums as StatArray));
      const firstSize = sizes ? range.start : 0;
      const keeper = input.keep && countsKeeper(await openScratchFile(input.keep.path), input.keep.mostBytes);
      const census = input.unseen && startCensus(input.unseen, counts.width, form.kernels);
      for await (const chunk of counts.chunks(streamOptions(range, context))) {
        const { spotStart: start, spotCount } = chunk;
        census?.add(chunk);
        const selected = renumberInPlace(chunk, renumbering);
        const sums = sumMemory(spotCount);
        librarySizes(selected, sums);
        allSizes.set(sums, start - firstSize);
        addLoadings?.(selected, start - (own ? range.start : 0));
        await keeper?.add(selected);
        await put(start, spotCount, (out) => session.summarize(rowsOf(selected, sums), out));
        freeChunk(chunk);
      }
      return {
        ...(rows && { statistics: rows }),
        ...(sizes && { librarySizes: sizes }),
        ...(own && { sums: own }),
        ...(census && { census: census.found }),
        ...(keeper && { keptBytes: keeper.finish() }),
      };
    },

    /** Reads the spots once more, and refines what they were reduced to around the answer of a first solve, or chooses types there. */
    async refine(input, context) {
      const { refinement, kernels } = input;
      const work = workOnSpots(refinement, kernels);
      const { put, rows } = await statisticsWriter(input, refinedWidth(refinement));
      const startOf = await startReader(input);
      for await (const selected of countsInUse(input, context)) {
        const { spotStart, spotCount } = selected;
        const start = await startOf(spotStart, spotCount);
        await put(spotStart, spotCount, (out) => work(selected, start, out));
      }
      return rows ? { statistics: rows } : {};
    },

    sweep({ session: request, jobs, turns }) {
      const session = openSession(request);
      const changes = jobs.map(() => 0);
      const pieces = jobs.flatMap(({ pieces }, job) => pieces.map((piece) => ({ job, piece })));
      for (const i of takeTurns(pieces.length, turns)) {
        const { job, piece } = pieces[i];
        const { level, relaxation } = jobs[job];
        const { largestChange } = sweepPiece(session, level, piece, relaxation);
        changes[job] = Math.max(changes[job], largestChange);
      }
      return changes.map((largestChange) => ({ largestChange }));
    },

    assess({ session: request, level, pieces, turns }) {
      const session = openSession(request);
      return Array.from(takeTurns(pieces.length, turns), (piece) => ({
        piece,
        assessment: assessPiece(session, level, pieces[piece]),
      }));
    },

    workOnLevel({ work, pieces, turns }) {
      for (const i of takeTurns(pieces.length, turns)) workOnLevel(work, pieces[i]);
    },

    tabulate({ session: request, level, pieces, turns, rows }) {
      const session = openSession(request);
      for (const i of takeTurns(pieces.length, turns)) tabulatePiece(session, level, pieces[i], rows);
    },
  };
}

function workOnSpots(refinement: Refinement, kernels: KernelChoice): Refiner["refine"] {
  if (refinement.mostTypes === undefined) return buildRefiner(refinement, kernels).refine;
  return buildChooser(refinement).choose;
}
