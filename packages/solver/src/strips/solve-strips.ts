import { MemoryPlanError } from "@flashdeconv/core";
import { addAssessments, buildAssessmentSum, finishAssessments } from "../assess-pieces.js";
import { type Allocate, arrayLike, averageStatistics, type CoarseGraph, prolong } from "../coarse-level.js";
import { buildCoarseLevels, type CoarseLevel } from "../levels.js";
import { chooseRelaxation } from "../relaxation.js";
import { looksAtNeighbors, type Solution, type SolveProgress } from "../solve.js";
import { inlineRunner, type PieceRunner } from "../solve-level.js";
import type { SolveOptions } from "../solve-options.js";
import type { Assessment, Solver, SolverSession, StatArray } from "../solver.js";
import { StoppingRule } from "../stopping-rule.js";
import { PLAIN_SWEEPS, solveCoarse } from "../sweep-level.js";
import { SPOTS_PER_CELL } from "../update-order.js";
import { passOverStrips, type Stage, type StripPass, sweepStrips } from "./run-strips.js";
import type { StripLayout } from "./strip-layout.js";
import { slotsFor } from "./strip-schedule.js";
import type { StripStore } from "./strip-store.js";
import { StripWindow, windowBytes } from "./strip-window.js";

export interface StripSolveInput {
  readonly typeCount: number;
  /** Of the section's neighbours; of a graph without edges where the session does not look at them. */
  readonly layout: StripLayout;
  readonly store: StripStore;
  /** In what statistics and abundances are stored. */
  readonly precision: "float64" | "float32";
  /** Bytes that the strips in memory may take. More of them let more sweeps share one pass over the store. */
  readonly windowBytes: number;
  readonly runner?: PieceRunner;
  readonly allocate?: Allocate;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
  /** Given the final abundances of each strip, in order of the strips; rows in the order of positions. Awaited. */
  onStrip(strip: number, abundance: StatArray): Promise<void> | void;
}

/** More than this in one pass and a run that stops in between has swept much for nothing. */
const MOST_SWEEPS_PER_PASS = 8;
/** Sweeps of the first pass, which cannot know how many will do; most runs stop within two passes. */
const FIRST_SWEEPS = 4;

/**
 * `solve` over statistics that do not fit in memory: strips of the section pass through a window, each swept several times
 * on its way. The answer has the same bits as `solve` gives, whatever strips and window are.
 *
 * Abundances of the last pass are kept until the next one is done. Where the stopping rule would have stopped in the middle
 * of a pass, the pass is made again with as many sweeps as were wanted.
 *
 * @throws MemoryPlanError if not one sweep fits in the window; what the store throws; the signal's reason once it is aborted.
 */
export async function solveStrips(
  solver: Pick<Solver, "coupling">,
  session: SolverSession,
  input: StripSolveInput,
  options: SolveOptions,
): Promise<Omit<Solution, "abundance">> {
  const { layout, store, typeCount, signal } = input;
  const allocate = input.allocate ?? ((byteLength) => new ArrayBuffer(byteLength));
  const runner = input.runner ?? inlineRunner(session, signal);
  const isCoupled = looksAtNeighbors(solver, session);
  const pull = isCoupled ? (session.pull ?? 0) : 0;
  const kind = input.precision === "float32" ? new Float32Array(0) : new Float64Array(0);
  const shape = { statWidth: session.statWidth, typeCount, bytesPerNumber: kind.BYTES_PER_ELEMENT };
  const coarse = await startCoarse(session, input, pull, kind, allocate);
  await solveCoarse(runner, coarse, typeCount, allocate, signal);

  const sweepsPerPass = isCoupled ? chooseSweepsPerPass(layout, shape, input.windowBytes) : 0;
  const slotCount = slotsFor(layout, stageCountFor(layout, sweepsPerPass));
  requireWindow(windowBytes(layout, shape, slotCount), input.windowBytes);
  const window = new StripWindow(layout, slotCount, shape, kind, allocate);
  let isStored = false;
  const pass: Omit<StripPass, "run"> = {
    layout,
    window,
    slotCount,
    signal,
    async load(strip) {
      const { statistics, abundance } = window.rowsOf(strip);
      window.loadNeighbors(strip);
      await store.loadStatistics(strip, statistics);
      if (isStored) await store.loadAbundance(strip, abundance);
      else if (coarse.length > 0) startStrip(layout, strip, coarse[0], abundance, typeCount);
      else abundance.fill(0);
    },
    release: (strip) => store.storeAbundance(strip, window.rowsOf(strip).abundance),
  };
  const relaxation = chooseRelaxation(pull);
  let sweeps = coarse.length > 0 ? 0 : 1;
  const plainUntil = sweeps + PLAIN_SWEEPS;
  const sweepPass = async (count: number) => {
    const stages = stagesOf(layout, sweeps, count, plainUntil, relaxation, !isStored && coarse.length === 0);
    return sweepStrips(pass, stages, runner);
  };

  let estimate = 0;
  if (!isCoupled) {
    await sweepPass(0);
    store.keep();
    isStored = true;
  } else {
    const rule = new StoppingRule({
      pull: session.pull,
      roundingStep: kind instanceof Float32Array ? 2 ** -24 : 2 ** -53,
    });
    let isDone = false;
    while (!isDone) {
      const wanted = isStored ? rule.sweepsLeft(options.tolerance) : FIRST_SWEEPS;
      const count = Math.max(1, Math.min(sweepsPerPass, wanted, options.maxSweeps - sweeps));
      const changes = await sweepPass(count);
      let used = 0;
      while (used < count && !isDone) {
        const current = sweeps + used < plainUntil ? 1 : relaxation;
        rule.add(changes[used] ?? 0, current);
        used++;
        estimate = rule.estimate;
        input.onProgress?.({ sweep: sweeps + used, estimate, tolerance: options.tolerance });
        isDone = !(estimate > options.tolerance && sweeps + used < options.maxSweeps && !rule.hasStalled);
      }
      if (used < count) await sweepPass(used);
      sweeps += used;
      store.keep();
      isStored = true;
    }
  }
  return {
    sweeps,
    coarseRows: coarse.map((level) => level.problem.graph.spotCount),
    converged: estimate <= options.tolerance,
    proportionErrorEstimate: estimate,
    assessment: await readAnswer(session, pass, runner, input),
  };
}

/** The least window with which `solveStrips` can work: one sweep per pass. */
export function leastWindowBytes(
  layout: StripLayout,
  session: Pick<SolverSession, "statWidth">,
  typeCount: number,
  precision: "float64" | "float32",
): number {
  const shape = { statWidth: session.statWidth, typeCount, bytesPerNumber: precision === "float32" ? 4 : 8 };
  return windowBytes(layout, shape, slotsFor(layout, stageCountFor(layout, 1)));
}

/** Hands out the answer strip by strip, and judges it where the session can. */
async function readAnswer(
  session: SolverSession,
  pass: Omit<StripPass, "run">,
  runner: PieceRunner,
  { layout, onStrip }: StripSolveInput,
): Promise<Assessment | undefined> {
  const { window } = pass;
  const { cells } = layout;
  const sum = buildAssessmentSum(cells.length);
  let cell = 0;
  await passOverStrips(
    {
      ...pass,
      async run([{ strip }]) {
        const pieces = window.allPieces(strip);
        const cellCount = pieces.reduce(
          (count, { start, end }) => count + Math.ceil((end - start) / SPOTS_PER_CELL),
          0,
        );
        const own = cells.subarray(cell, cell + cellCount);
        cell += cellCount;
        if (session.assess) await addAssessments(sum, runner, window.level, pieces, own);
        await onStrip(strip, window.rowsOf(strip).abundance);
      },
      release: async () => undefined,
    },
    1,
  );
  return session.assess && finishAssessments(sum);
}

/** The coarse levels, their statistics gathered in one pass over the store. */
function startCoarse(
  { statWidth }: SolverSession,
  { layout, store, typeCount, signal }: StripSolveInput,
  pull: number,
  kind: StatArray,
  allocate: Allocate,
): Promise<CoarseLevel[]> {
  const firstStatistics = async ({ graph, sizes }: CoarseGraph) => {
    const out = arrayLike(kind, graph.spotCount * statWidth, allocate);
    const memory = arrayLike(kind, layout.greatestStrip * statWidth, allocate);
    let cell = 0;
    for (let strip = 0; strip < layout.stripStarts.length - 1; strip++) {
      signal?.throwIfAborted();
      const rowCount = layout.stripStarts[strip + 1] - layout.stripStarts[strip];
      const statistics = memory.subarray(0, rowCount * statWidth);
      await store.loadStatistics(strip, statistics);
      for (let firstRow = 0; firstRow < rowCount; ) {
        const start = layout.cells[cell++] * SPOTS_PER_CELL;
        const end = Math.min(start + SPOTS_PER_CELL, layout.spotCount);
        averageStatistics({ statistics, start, end, firstRow }, sizes, statWidth, out);
        firstRow += end - start;
      }
    }
    return out;
  };
  const finest = { graph: layout.graph, spatialOrder: pull > 0 ? positionsInOrder(layout) : undefined };
  return buildCoarseLevels(finest, {
    statWidth,
    typeCount,
    pull,
    abundanceKind: kind,
    allocate,
    firstStatistics,
  });
}

/** The position at each place of the spatial order. */
function positionsInOrder({ spotCount, cells }: StripLayout): Int32Array {
  const positions = new Int32Array(spotCount);
  let position = 0;
  for (const cell of cells) {
    const end = Math.min((cell + 1) * SPOTS_PER_CELL, spotCount);
    for (let place = cell * SPOTS_PER_CELL; place < end; place++) positions[place] = position++;
  }
  return positions;
}

function startStrip(
  { graph, stripStarts }: StripLayout,
  strip: number,
  coarse: CoarseLevel,
  abundance: StatArray,
  typeCount: number,
): void {
  const [start, end] = [stripStarts[strip], stripStarts[strip + 1]];
  prolong({ graph }, coarse.problem.rowOf, coarse.abundance, abundance, typeCount, start, end);
}

function stagesOf(
  { colorCount }: StripLayout,
  firstSweep: number,
  count: number,
  plainUntil: number,
  relaxation: number,
  startsAlone: boolean,
): Stage[] {
  const stages: Stage[] = startsAlone ? [{ color: "alone", sweep: 0, relaxation: 1 }] : [];
  for (let sweep = 0; sweep < count; sweep++) {
    const current = firstSweep + sweep < plainUntil ? 1 : relaxation;
    for (let color = 0; color < colorCount; color++) stages.push({ color, sweep, relaxation: current });
  }
  return stages;
}

/** Stages of the longest pass, the one that starts with every spot by itself. */
function stageCountFor({ colorCount }: StripLayout, sweeps: number): number {
  return 1 + sweeps * colorCount;
}

function chooseSweepsPerPass(
  layout: StripLayout,
  shape: Parameters<typeof windowBytes>[1],
  available: number,
): number {
  let sweeps = 1;
  while (sweeps < MOST_SWEEPS_PER_PASS) {
    const slotCount = slotsFor(layout, stageCountFor(layout, sweeps + 1));
    if (windowBytes(layout, shape, slotCount) > available) break;
    sweeps++;
  }
  return sweeps;
}

function requireWindow(needed: number, available: number): void {
  if (needed <= available) return;
  throw new MemoryPlanError({
    subject: "solve",
    found: `${available} bytes for the strips in memory`,
    expected: `at least ${needed} bytes`,
    remedy: "Give the run more memory, or spots fewer neighbours: long edges keep many strips in memory.",
  });
}
