import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { arrayLike } from "../array-like.js";
import { addAssessments, buildAssessmentSum, finishAssessments } from "../assess-pieces.js";
import { sectionProgress } from "../section-progress.js";
import { looksAtNeighbors, type Solution } from "../solve.js";
import { inlineRunner, type PieceRunner } from "../solve-level.js";
import type { SolveOptions } from "../solve-options.js";
import type { Assessment, Solver, SolverSession, StatArray } from "../solver.js";
import { SPOTS_PER_BLOCK } from "../update-order.js";
import { type CoarseOutcome, solveCoarseFirst, startStrip } from "./coarse-start.js";
import { LONG_EDGES, requireMemory } from "./require-memory.js";
import { passOverStrips, type Stage, type StripPass, sweepStrips } from "./run-strips.js";
import type { StripLayout } from "./strip-layout.js";
import { coarseRowFinder } from "./strip-places.js";
import { slotsFor } from "./strip-schedule.js";
import type { StripSolveInput } from "./strip-solve-input.js";
import { StripWindow, type WindowShape, windowBytes } from "./strip-window.js";

/** More than this in one pass and a run that stops in between has swept much for nothing. */
const MOST_SWEEPS_PER_PASS = 8;
/** Of the sweeps that may still be needed, as many as were, or a few more, in the runs that were looked at. */
const GUESSED_SHARE = 2 / 3;
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
): Promise<Omit<Solution, "abundance" | "tables">> {
  const { layout, store, typeCount, signal } = input;
  const allocate = input.allocate ?? allocateHere;
  const runner = input.runner ?? inlineRunner(session, signal);
  const isCoupled = looksAtNeighbors(solver, session);
  const pull = isCoupled ? (session.pull ?? 0) : 0;
  const kind = input.precision === "float32" ? new Float32Array(0) : new Float64Array(0);
  const bytesPerNumber = kind.BYTES_PER_ELEMENT;
  const numbers = { statWidth: session.statWidth, typeCount, bytesPerNumber };
  const shape = { ...numbers, bytesPerAbundance: bytesPerNumber };
  const wideShape = { ...numbers, bytesPerAbundance: 8 };
  const resume = input.resume?.level === "section" ? input.resume : undefined;
  const {
    start,
    coarseRows,
    byteCount: coarseBytes = 0,
  }: CoarseOutcome = resume ??
  (await solveCoarseFirst(session, input, { pull, shape, kind, allocate, runner }));

  const available = input.windowBytes - coarseBytes;
  let sweepsPerPass = isCoupled ? chooseSweepsPerPass(layout, shape, available) : 0;
  const bytesFor = (window: WindowShape, sweeps: number) =>
    windowBytes(layout, window, slotsFor(layout, stageCountFor(layout, sweeps)));
  // There is room for abundances in double precision, should they come to need it, if for fewer sweeps at a time.
  const least = bytesFor(wideShape, Math.min(1, sweepsPerPass));
  requireMemory(least, available, LONG_EDGES);
  const byteCount = Math.max(least, bytesFor(shape, sweepsPerPass));
  const window = new StripWindow(layout, shape, byteCount, allocate);
  window.layOut(shape, slotsFor(layout, stageCountFor(layout, sweepsPerPass)));
  let isWindowWide = false;
  const widen = () => {
    if (isWindowWide) return;
    isWindowWide = true;
    sweepsPerPass = isCoupled ? chooseSweepsPerPass(layout, wideShape, byteCount) : 0;
    window.layOut(wideShape, slotsFor(layout, stageCountFor(layout, sweepsPerPass)));
  };
  const coarseRowsAt = coarseRowFinder(layout);
  let isStored = resume !== undefined;
  const pass: Omit<StripPass, "run"> = {
    layout,
    window,
    signal,
    async load(strip) {
      const { statistics, abundance } = window.rowsOf(strip);
      const neighbors = await store.loadNeighbors(strip);
      window.setNeighbors(strip, neighbors);
      await store.loadStatistics(strip, statistics);
      if (isStored) await store.loadAbundance(strip, abundance);
      else if (start) startStrip(layout, strip, neighbors, { coarse: start, coarseRowsAt, abundance });
      else abundance.fill(0);
    },
    release: (strip) => store.storeAbundance(strip, window.rowsOf(strip).abundance),
  };
  const progress = sectionProgress({ session, coarseRows, abundance: kind, isCoupled }, options);
  if (resume) progress.replay(resume.changes);
  const sweepPass = (relaxations: readonly number[]) =>
    sweepStrips(pass, stagesOf(layout, relaxations, !isStored && !start), runner);
  const keep = async () => {
    store.keep();
    isStored = true;
    await input.onState?.({ level: "section", changes: progress.changes, coarseRows, abundance: undefined });
  };

  if (!isCoupled && !isStored) {
    await sweepPass([]);
    await keep();
  }
  let secondsPerSweep = 0;
  while (!progress.isDone) {
    // A pass with sweeps too many is made again, so rather fewer are made than may be needed.
    const wanted = isStored ? Math.ceil(GUESSED_SHARE * progress.sweepsLeft()) : FIRST_SWEEPS;
    const inTime = (input.passSeconds ?? Infinity) / secondsPerSweep;
    const count = Math.max(
      1,
      Math.min(sweepsPerPass, wanted, options.maxSweeps - progress.sweeps, Math.floor(inTime)),
    );
    const relaxations = Array.from({ length: count }, (_, ahead) => progress.relaxationAhead(ahead));
    const began = performance.now();
    const isWide = progress.needsDouble;
    if (isWide) widen();
    const changes = await sweepPass(relaxations);
    secondsPerSweep = (performance.now() - began) / 1000 / count;
    let used = 0;
    while (used < count && !progress.isDone && progress.needsDouble === isWide) {
      progress.add(changes[used] ?? 0);
      used++;
      const { sweeps, estimate } = progress;
      input.onProgress?.({ sweep: sweeps, estimate, tolerance: options.tolerance });
    }
    if (used < count) await sweepPass(relaxations.slice(0, used));
    await keep();
  }
  const { sweeps, estimate, doubleFrom } = progress;
  // The last state of an earlier solve may be all there is to do.
  if (doubleFrom !== undefined) widen();
  return {
    sweeps,
    coarseRows,
    converged: progress.isConverged,
    doubleFrom,
    proportionErrorEstimate: Math.min(1, estimate),
    assessment: await readAnswer(session, pass, runner, { ...input, kind, allocate }),
  };
}

type AnswerInput = Pick<StripSolveInput, "layout" | "onStrip" | "tableWidth"> & {
  /** An array of the kind that answers are kept in. */
  readonly kind: StatArray;
  readonly allocate: Allocate;
};

/** Hands out the answer strip by strip, and judges it where the session can. */
async function readAnswer(
  session: SolverSession,
  pass: Omit<StripPass, "run">,
  runner: PieceRunner,
  input: AnswerInput,
): Promise<Assessment | undefined> {
  const { layout, onStrip, tableWidth: width = 0 } = input;
  const { window } = pass;
  const values = arrayLike(input.kind, layout.greatestStrip * width, input.allocate);
  const { blocks } = layout;
  const sum = buildAssessmentSum(blocks.length);
  let block = 0;
  await passOverStrips(
    {
      ...pass,
      async run([{ strip }]) {
        const pieces = window.allPieces(strip);
        const blockCount = pieces.reduce(
          (count, { start, end }) => count + Math.ceil((end - start) / SPOTS_PER_BLOCK),
          0,
        );
        const own = blocks.subarray(block, block + blockCount);
        block += blockCount;
        if (session.assess) await addAssessments(sum, runner, window.level, { pieces, blocks: own });
        const { abundance } = window.rowsOf(strip);
        if (width === 0) return onStrip(strip, abundance);
        const firstRow = window.firstRow(strip);
        await runner.tabulate(window.level, pieces, { values, width, firstRow });
        const spotCount = layout.stripStarts[strip + 1] - layout.stripStarts[strip];
        await onStrip(strip, abundance, values.subarray(0, spotCount * width));
      },
      release: async () => undefined,
    },
    1,
  );
  return session.assess && finishAssessments(sum);
}

function stagesOf(
  { colorCount }: StripLayout,
  relaxations: readonly number[],
  startsAlone: boolean,
): Stage[] {
  const stages: Stage[] = startsAlone ? [{ color: "alone", sweep: 0, relaxation: 1 }] : [];
  for (const [sweep, relaxation] of relaxations.entries()) {
    for (let color = 0; color < colorCount; color++) stages.push({ color, sweep, relaxation });
  }
  return stages;
}

/** Stages of the longest pass, the one that starts with every spot by itself. */
function stageCountFor({ colorCount }: StripLayout, sweeps: number): number {
  return 1 + sweeps * colorCount;
}

function chooseSweepsPerPass(layout: StripLayout, shape: WindowShape, available: number): number {
  let sweeps = 1;
  while (sweeps < MOST_SWEEPS_PER_PASS) {
    const slotCount = slotsFor(layout, stageCountFor(layout, sweeps + 1));
    if (windowBytes(layout, shape, slotCount) > available) break;
    sweeps++;
  }
  return sweeps;
}
