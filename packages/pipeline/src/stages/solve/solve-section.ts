import { type Executor, isShared, OptionError } from "@flashdeconv/core";
import type { KernelChoice, SharedArena } from "@flashdeconv/kernels";
import type { SolveOptions, Solver, StatArray } from "@flashdeconv/solver";
import { describeSolve } from "../../contracts/parameters.js";
import type { ScratchUse } from "../../contracts/scratch.js";
import type { Deconvolution } from "../../deconvolve.js";
import { METHOD_NAMES, METHODS, methodOf } from "../../methods/methods.js";
import { type DeconvolveCallbacks, resolveOptionsFor } from "../../methods/resolve-options.js";
import { taskExecutor } from "../../open-run.js";
import { startArena } from "../../runtime/allocator.js";
import { buildNoticeList, type NoticeList } from "../../runtime/notice-list.js";
import type { SectionSummary } from "../../summarize-section.js";
import { wantsNeighbors } from "../neighbors/wants-neighbors.js";
import type { PipelineTasks } from "../pipeline-tasks.js";
import { isSource } from "../summarize/spot-statistics.js";
import { noteColumnNames } from "../write/column-names.js";
import { addSilentTypes } from "./add-silent-types.js";
import { noteAlikeTypes } from "./note-alike-types.js";
import { noteOutcome } from "./note-outcome.js";
import { noteTypesInFit } from "./note-types-in-fit.js";
import { setSmoothing } from "./set-smoothing.js";
import { solveOnScratch } from "./solve-on-scratch.js";
import { type SpotsToSolve, solveSpots } from "./solve-spots.js";
import { answerSpots } from "./spot-answers.js";
import { startSession } from "./start-session.js";

export interface SolveSummaryOptions extends SolveOptions {
  readonly solver: Solver;
  /** Storage of the abundances and proportions; as in DeconvolveOptions. */
  readonly precision: "float64" | "float32";
  /** What a spot without any abundance gets; as in DeconvolveOptions. */
  readonly empty: "nan" | "uniform";
  /** As in DeconvolveOptions. */
  readonly kernels: KernelChoice;
}

export interface SolveSummaryInput extends SolveSummaryOptions {
  /** The solver's own options, over its defaults. */
  readonly solverOptions: Readonly<Record<string, unknown>>;
  /** As in DeconvolveOptions; "auto" is what the run that made the summary chose. */
  readonly smoothing: number | "auto" | "none" | undefined;
}

/**
 * Solves a summarised section again: with another smoothing, sparsity or solver, and without reading a count. With the
 * settings of the run that made the summary it gives the same bits. The summary stays as it is. The solver is by default
 * that of the method whose statistics they are.
 *
 * @throws OptionError for a bad option, or a solver of other statistics than the summary's.
 */
export function solveSummary(
  summary: SectionSummary,
  input: Partial<SolveSummaryInput> = {},
  callbacks: DeconvolveCallbacks = {},
): Promise<Deconvolution> {
  const { solver, solverOptions, smoothing, tolerance, maxSweeps, precision, empty, kernels } =
    resolveSummaryOptions(summary, input);
  const notices = buildNoticeList(callbacks.onNotice);
  noteTypesInFit(summary.reference.typeNames, summary.silentTypes, notices);
  noteColumnNames(summary.reference.typeNames, notices);
  const options = { solver, tolerance, maxSweeps, precision, empty, kernels };
  const resolved = solver.resolveOptions(solverOptions);
  const strengths = strengthsFor(summary, smoothing, input.smoothing === "auto");
  const withStrengths = strengths === undefined ? resolved : setSmoothing(solver, resolved, strengths);
  requireNeighbors(summary, {
    solver,
    smoothing: undefined,
    platform: undefined,
    solverOptions: { ...withStrengths },
  });
  const again = { ...summary, solverOptions: withStrengths };
  const size = {
    spotCount: summary.spotCount,
    typeCount: summary.reference.typeNames.length,
    neighborCount: summary.meanDegree,
  };
  return solveSection(again, options, callbacks, notices, startArena(kernels, size, callbacks.executor));
}

/**
 * What `solveSummary` makes of its input, for a summary of which only this is known yet.
 *
 * @throws OptionError as `solveSummary` does, but for what depends on how the summary was made.
 */
export function resolveSummaryOptions(
  summary: Pick<SectionSummary, "input">,
  input: Partial<SolveSummaryInput>,
): SolveSummaryInput {
  const kept = METHOD_NAMES.find((name) => METHODS[name].solver.input === summary.input);
  const given = input.solver ?? (kept && METHODS[kept].solver);
  const options = resolveOptionsFor(
    { ...input, solver: given, method: given && methodOf(given) },
    "statistics",
  );
  const { solver } = options;
  if (solver.input !== summary.input) {
    throw new OptionError({
      option: "solver",
      value: solver.name,
      rule: `a solver of "${summary.input}", which was kept; this one takes "${solver.input}"`,
      remedy: "Run it on the section itself.",
    });
  }
  return options;
}

/** A run that smoothed nothing may have kept no neighbours: another strength would be without effect, and nobody would know. */
function requireNeighbors(
  { graph, spotCount }: SectionSummary,
  options: Parameters<typeof wantsNeighbors>[0],
): void {
  if (graph.order !== undefined || spotCount === 1 || !wantsNeighbors(options)) return;
  throw new OptionError({
    option: "smoothing",
    value: (options.solverOptions as Record<string, unknown>)[options.solver.smoothing?.option ?? ""],
    rule: "none or 0, since these statistics were kept without neighbours",
    remedy: "Smooth nothing, or run it on the section itself, with coordinates.",
  });
}

/** The strengths that are asked for, or that the run had chosen; undefined where they are the solver's own matter. */
function strengthsFor(
  { parameters }: SectionSummary,
  smoothing: number | "auto" | "none" | undefined,
  isAsked: boolean,
): Parameters<typeof setSmoothing>[2] | undefined {
  if (smoothing === undefined) return undefined;
  if (smoothing !== "auto") return { smoothing: smoothing === "none" ? 0 : smoothing };
  const { smoothing_used: used, shrinkage_used: shrinkage } = parameters;
  if (typeof used === "number") {
    return { smoothing: used, shrinkage: typeof shrinkage === "number" ? shrinkage : 0 };
  }
  if (!isAsked) return undefined;
  throw new OptionError({
    option: "smoothing",
    value: smoothing,
    rule: "a number, since the run that kept these statistics chose none and counts are needed for it",
  });
}

/**
 * Solves a summarised section with the options that came with it.
 *
 * @param arena where the solve puts its arrays, for kernels to work on; statistics elsewhere are copied into it. It only fills up,
 * so each solve needs one of its own.
 */
export async function solveSection(
  summary: SectionSummary,
  options: SolveSummaryOptions,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
  arena?: SharedArena,
): Promise<Deconvolution> {
  const { spotCount, meanDegree, meanDepth, composition } = summary;
  const { reference, solverOptions, statistics, graph, librarySizes } = summary;
  const context = {
    spotCount,
    meanDegree,
    ...(meanDepth !== undefined && { meanDepth }),
    ...(composition !== undefined && { composition }),
  };
  const { session, request } = startSession(options.solver, reference, solverOptions, context, arena);
  const executor = taskExecutor(undefined, options.solver, callbacks, () => session);
  noteAlikeTypes(reference, notices);
  callbacks.onProgress?.({ stage: "solve", done: 0, total: undefined });
  const toSolve = {
    solver: options.solver,
    session,
    request,
    typeCount: reference.typeNames.length,
    graph,
    arena,
  };
  const { solution, answers: found } = isSource(statistics)
    ? await solveOnScratch(
        executor,
        { ...toSolve, statistics, librarySizes },
        options,
        callbacks,
        requireScratch(callbacks),
      )
    : await solveInMemory(executor, { ...toSolve, statistics }, librarySizes, options, callbacks);
  noteOutcome(found, solution, options, notices);
  const { typeNames, answers } = addSilentTypes(found, reference.typeNames, summary.silentTypes);
  const parameters = {
    ...summary.parameters,
    ...describeSolve({ options, solverOptions, session, solution }),
  };
  return { spotCount, typeNames, ...answers, parameters, notices: notices.all };
}

async function solveInMemory(
  executor: Executor<PipelineTasks>,
  spots: SpotsToSolve,
  librarySizes: StatArray,
  options: SolveSummaryOptions,
  callbacks: DeconvolveCallbacks,
) {
  const { abundance, ...solution } = await solveSpots(executor, spots, options, callbacks);
  // Without threads nobody expects shared memory, or that of WebAssembly, which some APIs of browsers refuse.
  const isApart = spots.arena?.addressOf(abundance) === undefined && !isShared(abundance.buffer);
  const own = executor.isThreaded || isApart ? abundance : abundance.slice();
  return { solution, answers: answerSpots(own, librarySizes, spots.typeCount, options.empty) };
}

function requireScratch({ scratch }: DeconvolveCallbacks): ScratchUse {
  if (scratch) return scratch;
  throw new OptionError({
    option: "scratch",
    value: undefined,
    rule: "scratch, where the statistics are a source",
    remedy: "Give scratch (openScratchFolder of @flashdeconv/pipeline/scratch), or statistics in memory.",
  });
}
