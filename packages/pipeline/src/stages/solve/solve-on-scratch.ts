import { type ChunkSource, type DenseChunk, generatedSource, OptionError } from "@flashdeconv/core";
import type { Solution, StatArray } from "@flashdeconv/solver";
import { looksAtNeighbors, type StripLayout, solveStrips, spotsOfStrip } from "@flashdeconv/solver/internal";
import type { SpotAnswers } from "../../contracts/answers.js";
import type { NeighborsOnScratch, SpatialGraph } from "../../contracts/graph.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { ScratchUse } from "../../contracts/scratch.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
import { passGate } from "../../runtime/run-gate.js";
import { RowScatter } from "../../runtime/scratch/row-scatter.js";
import { SCATTER_BYTES } from "../../runtime/scratch/scratch-size.js";
import { isIntact, type StripFilesOptions, stripFiles } from "../../runtime/scratch/strip-files.js";
import { type KeptState, loadSolveState, saveSolveState } from "../../runtime/solve-pieces.js";
import { isOnScratch, NEIGHBORS_FILE, neighborsOnScratch } from "../neighbors/neighbors-on-scratch.js";
import { runnerFor, type SpotsToSolve } from "./solve-spots.js";
import { columnRange, cutTables, widthOf } from "./solver-tables.js";
import { buildAnswerArrays, spotAnswerer } from "./spot-answers.js";

/** Spots that are written as one: few enough to be held, enough that reading them is worth it. */
const SPOTS_PER_BLOCK = 65_536;

export interface SpotsOnScratch extends Omit<SpotsToSolve, "statistics" | "graph"> {
  readonly graph: SpatialGraph;
  readonly statistics: ChunkSource<DenseChunk>;
  readonly librarySizes: StatArray;
  /** As in AnswerRules. */
  readonly divisors?: Float64Array;
}

/** As `solveSpots` and `answerSpots`, with statistics, abundances and proportions on scratch. The bits are the same. */
export async function solveOnScratch(
  spots: SpotsOnScratch,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<{ readonly solution: Omit<Solution, "abundance" | "tables">; readonly answers: SpotAnswers }> {
  const { checkpoint, signal, report } = run;
  const { scratch, windowBytes } = requireScratch(run);
  const { solver, session, typeCount, tables, statistics, graph, librarySizes, divisors } = spots;
  const tableWidth = widthOf(tables, typeCount);
  // A spot's proportions, and what the solver's tables say of it.
  const rowWidth = typeCount + tableWidth;
  const { spotCount } = graph.neighbors;
  const { precision } = options;
  const { order } = graph;
  const { layout, file: neighbors } = await stripsOf(graph, looksAtNeighbors(solver, session), run);
  const shape = { width: statistics.width, precision };
  const byStrip = await RowScatter.create(scratch, {
    name: "statistics-by-strip",
    groupStarts: layout.stripStarts,
    shape,
    bufferBytes: SCATTER_BYTES,
  });
  await scatterToStrips(byStrip, statistics, positionsOf(layout, order), signal);
  const byBlock = await RowScatter.create(scratch, {
    name: "proportions",
    groupStarts: blockStarts(spotCount),
    shape: { width: rowWidth, precision },
    bufferBytes: SCATTER_BYTES,
  });
  const arrays = buildAnswerArrays(spotCount, precision);
  const answer = spotAnswerer(arrays, typeCount, { ...options, divisors });
  const memory = statArray(precision, layout.greatestStrip * rowWidth);
  const files = { typeCount, precision, checkpoint };
  const resume = await intactState(scratch, layout, files);
  const strips = await stripFiles(scratch, layout, byStrip, { ...files, kept: resume?.generation });
  const store = { ...strips, ...neighbors };
  let isKept = resume?.generation !== undefined;
  const solution = await solveStrips(
    solver,
    session,
    {
      typeCount,
      tableWidth,
      layout,
      store,
      precision,
      windowBytes,
      allocate: allocator(reachOf(run)),
      runner: runnerFor(spots, run),
      signal,
      onProgress: ({ sweep, estimate }) =>
        report({ stage: "solve", done: sweep, total: undefined, estimate }),
      resume,
      passSeconds: checkpoint?.everySeconds || undefined,
      async onState(state) {
        if (run.gate?.isShut) await passGate(run.gate, signal);
        if (!checkpoint) return;
        if (state.level !== "section") {
          if (checkpoint.isDue) await saveSolveState(checkpoint, state);
          return;
        }
        // The next pass but one writes over these abundances: from the first state on, each is kept before that.
        if (!isKept && !checkpoint.isDue) return;
        isKept = true;
        await saveSolveState(checkpoint, state, store.generation());
        await checkpoint.settle();
      },
      async onStrip(strip, abundance, found) {
        const spots = spotsOfStrip(layout, strip, order);
        // The strip is still looked at by its neighbours.
        for (const [row, spot] of spots.entries()) {
          const at = row * rowWidth;
          memory.set(abundance.subarray(row * typeCount, (row + 1) * typeCount), at);
          answer(spot, memory, at, librarySizes[spot]);
          if (!found) continue;
          if (arrays.dominant[spot] < 0) memory.fill(Number.NaN, at + typeCount, at + rowWidth);
          else memory.set(found.subarray(row * tableWidth, (row + 1) * tableWidth), at + typeCount);
        }
        await byBlock.add(memory, spots.length, spots, 0);
      },
    },
    options,
  );
  await byBlock.finish();
  const rows = blockSource(byBlock, spotCount, rowWidth, precision);
  return {
    solution,
    answers: {
      ...arrays,
      counts: librarySizes,
      proportions: columnRange(rows, 0, typeCount),
      solverTables: cutTables(rows, tables, { first: typeCount, typeCount, dtype: precision }),
    },
  };
}

function requireScratch({ scratch }: RunContext): ScratchUse {
  if (scratch) return scratch;
  throw new OptionError({
    option: "scratch",
    value: undefined,
    rule: "scratch, where the statistics are a source",
    remedy: "Give scratch (openScratchFolder of @flashdeconv/pipeline/scratch), or statistics in memory.",
  });
}

/** The state of an earlier run to resume from, if what it speaks of is there. */
async function intactState(
  scratch: ScratchUse["scratch"],
  layout: StripLayout,
  files: StripFilesOptions,
): Promise<KeptState | undefined> {
  const state = await loadSolveState(files.checkpoint);
  if (state === undefined || state.level !== "section") return state;
  if (state.generation === undefined) return undefined;
  return (await isIntact(scratch, layout, state.generation, files)) ? state : undefined;
}

async function scatterToStrips(
  byStrip: RowScatter,
  statistics: ChunkSource<DenseChunk>,
  positionOf: Int32Array,
  signal?: AbortSignal,
): Promise<void> {
  for await (const { values, spotStart, spotCount } of statistics.chunks({ signal })) {
    await byStrip.add(values, spotCount, positionOf, spotStart);
  }
  await byStrip.finish();
}

/** The position of each spot. */
function positionsOf(layout: StripLayout, order: Int32Array | undefined): Int32Array {
  const { spotCount, stripStarts } = layout;
  const positionOf = new Int32Array(spotCount);
  for (let strip = 0; strip < stripStarts.length - 1; strip++) {
    const first = stripStarts[strip];
    for (const [row, spot] of spotsOfStrip(layout, strip, order).entries()) positionOf[spot] = first + row;
  }
  return positionOf;
}

/** The strips of the section; where nobody looks at neighbours, of one without any. */
async function stripsOf(
  graph: SpatialGraph,
  isCoupled: boolean,
  run: RunContext,
): Promise<NeighborsOnScratch> {
  const { scratch } = requireScratch(run);
  const { neighbors, order } = graph;
  if (isCoupled) {
    return isOnScratch(neighbors)
      ? neighbors
      : neighborsOnScratch({ neighbors, order }, scratch, NEIGHBORS_FILE, run);
  }
  const { spotCount } = neighbors;
  const none = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
  return neighborsOnScratch({ neighbors: none, order }, scratch, "no-neighbors", run);
}

function blockStarts(spotCount: number): Int32Array {
  const blockCount = Math.ceil(spotCount / SPOTS_PER_BLOCK);
  return Int32Array.from({ length: blockCount + 1 }, (_, block) =>
    Math.min(block * SPOTS_PER_BLOCK, spotCount),
  );
}

/** The rows of all blocks in the order of the spots. */
function blockSource(
  blocks: RowScatter,
  spotCount: number,
  width: number,
  precision: "float64" | "float32",
): ChunkSource<DenseChunk> {
  return generatedSource({ spotCount, width, spotsPerChunk: SPOTS_PER_BLOCK }, async (spotStart, end) => {
    const block = Math.floor(spotStart / SPOTS_PER_BLOCK);
    const first = block * SPOTS_PER_BLOCK;
    const all = statArray(precision, Math.min(SPOTS_PER_BLOCK, spotCount - first) * width);
    await blocks.load(block, all);
    const values = all.subarray((spotStart - first) * width, (end - first) * width);
    return { kind: "dense", spotStart, spotCount: end - spotStart, width, values };
  });
}
