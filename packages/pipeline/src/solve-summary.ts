import { OptionError } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import type { KernelChoice } from "@flashdeconv/kernels";
import type { Deconvolution } from "./contracts/answers.js";
import type { Hierarchy } from "./contracts/hierarchy.js";
import type { NoticeList } from "./contracts/notices.js";
import type { Amount, SolveSummaryOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import type { SectionSummary } from "./contracts/summary.js";
import { methodOf, methodOfStatistics } from "./methods/methods.js";
import { resolveOptionsFor } from "./methods/resolve-options.js";
import { openRun } from "./open-run.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { requireCalibration } from "./stages/intervals/require-calibration.js";
import { wantsNeighbors } from "./stages/neighbors/wants-neighbors.js";
import { noteTypes } from "./stages/reference/align-reference.js";
import { amountOf, cellsAsked, requireAmount } from "./stages/solve/amount.js";
import { noteAlikeTypes } from "./stages/solve/note-alike-types.js";
import { noteTypesInFit } from "./stages/solve/note-types-in-fit.js";
import { setSmoothing, strengthsOf } from "./stages/solve/set-smoothing.js";
import { solveSection } from "./stages/solve/solve-section.js";
import { tablesOf } from "./stages/solve/solver-tables.js";
import { checkHierarchy, requireHierarchyOf } from "./stages/types/hierarchy.js";
import { noteConfusedTypes } from "./stages/types/note-confused-types.js";
import { noteColumnNames } from "./stages/write/column-names.js";
import { requireOwnColumns } from "./stages/write/own-columns.js";

export interface SolveSummaryInput extends SolveSummaryOptions {
  /** The solver's own options, over its defaults. */
  readonly solverOptions: Readonly<Record<string, unknown>>;
  /** As in DeconvolveOptions; "auto" is what the run that made the summary chose. */
  readonly smoothing: number | "auto" | "none" | undefined;
  /** As in DeconvolveOptions; by default what the run that made the summary was asked for. */
  readonly amount: Amount;
  /** As in DeconvolveOptions: the same number for all spots. */
  readonly cellsPerSpot: number | undefined;
  /** As in DeconvolveOptions. */
  readonly hierarchy: Hierarchy | undefined;
  /** As in DeconvolveOptions. */
  readonly kernels: KernelChoice;
}

/**
 * Solves a summarised section again: with another smoothing, sparsity or solver, and without reading a count. With the
 * settings of the run that made the summary it gives the same bits. What a method refined stays as the run's own strength had it. The summary stays as it is. The solver is by default
 * that of the method whose statistics they are.
 *
 * @throws OptionError for a bad option, or a solver of other statistics than the summary's.
 */
export function solveSummary(
  summary: SectionSummary,
  input: Partial<SolveSummaryInput> = {},
  callbacks: DeconvolveCallbacks = {},
): Promise<Deconvolution> {
  const { solver, solverOptions, smoothing, tolerance, maxSweeps, precision, kernels, ...rest } =
    resolveSummaryOptions(summary, input);
  const amount = input.amount ?? summary.amount ?? rest.amount;
  const notices = buildNoticeList(callbacks.onNotice);
  for (const notice of summary.notices ?? []) notices.add(notice);
  if (summary.parameters.types_dropped !== undefined) noteChangedTypes(summary, notices);
  noteTypesInFit(summary.reference.typeNames, summary.silentTypes, notices);
  noteColumnNames(summary.reference.typeNames, notices);
  const { empty, fewCounts, intervals, cellsPerSpot, hierarchy } = rest;
  if (hierarchy) {
    checkHierarchy(hierarchy);
    requireHierarchyOf(hierarchy, [...summary.reference.typeNames, ...summary.silentTypes]);
  }
  if (summary.score?.level !== "red") noteConfusedTypes(summary.confusion, notices);
  const answering = { amount, cellsPerSpot, hierarchy, empty, fewCounts, intervals };
  const options = { solver, tolerance, maxSweeps, precision, ...answering };
  requireAmount(summary, amount, input.amount !== undefined);
  cellsAsked(summary, options);
  const resolved = solver.resolveOptions(solverOptions);
  const typeNames = [...summary.reference.typeNames, ...summary.silentTypes];
  requireOwnColumns({ typeNames, hierarchy, solverTables: tablesOf(solver, resolved) });
  const strengths = strengthsFor(summary, smoothing, input.smoothing === "auto");
  const withStrengths = strengths === undefined ? resolved : setSmoothing(solver, resolved, strengths);
  if (intervals) {
    const found = strengthsOf(solver, withStrengths);
    const { epsilon } = withStrengths as { readonly epsilon?: number };
    requireCalibration(summary, { strengths: found, epsilon, amount: amountOf(summary, { amount }) });
  }
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
  return solveSection(again, options, openRun({ solver, kernels, size }, callbacks, notices));
}

/**
 * What `solveSummary` makes of its input, for a summary of which only this is known yet.
 *
 * @throws OptionError as `solveSummary` does, but for what depends on how the summary was made.
 */
export function resolveSummaryOptions(
  summary: Pick<SectionSummary, "input" | "parameters">,
  input: Partial<SolveSummaryInput>,
): SolveSummaryInput {
  const given = input.solver ?? methodOfStatistics(summary.input, summary.parameters.method)?.solver;
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

/** Says of types that were left out or taken together what a run says of its types, and what nobody has judged of them. */
function noteChangedTypes(
  { reference, silentTypes, cellCounts, formerScore }: SectionSummary,
  notices: NoticeList,
): void {
  const { typeNames } = reference;
  if (formerScore) {
    notices.add({
      code: "not-scored",
      message: `Whether the reference describes the section with these types is not known: it was scored with those of the run, ${formerScore.level}. With fewer of them it may not. Run it on the section itself to have it scored.`,
    });
  }
  noteTypes([...typeNames, ...silentTypes].sort(compareCodePoints), cellCounts, notices);
  noteAlikeTypes(reference, notices);
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
  { strengths }: SectionSummary,
  smoothing: number | "auto" | "none" | undefined,
  isAsked: boolean,
): Parameters<typeof setSmoothing>[2] | undefined {
  if (smoothing === undefined) return undefined;
  if (smoothing !== "auto") return { smoothing: smoothing === "none" ? 0 : smoothing };
  if (strengths !== undefined || !isAsked) return strengths;
  throw new OptionError({
    option: "smoothing",
    value: smoothing,
    rule: "a number, since the run that kept these statistics chose none and counts are needed for it",
  });
}
