import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { isShared } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable, Deconvolution } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { usesSharing } from "../../runtime/allocator.js";
import { stopHere } from "../../runtime/run-stop.js";
import { intervalTables } from "../intervals/interval-tables.js";
import { noteIntervals } from "../intervals/note-intervals.js";
import { graphInMemory } from "../neighbors/neighbors-on-scratch.js";
import { isSource } from "../summarize/spot-statistics.js";
import { divisorsOf } from "./amount.js";
import { finishAnswer } from "./finish-answer.js";
import { noteAlikeTypes } from "./note-alike-types.js";
import { noteOutcome } from "./note-outcome.js";
import { solveOnScratch } from "./solve-on-scratch.js";
import { type SpotsToSolve, solveSpots } from "./solve-spots.js";
import { cutTables, emptyRows, tablesOf, widthOf } from "./solver-tables.js";
import { type AnswerRules, answerSpots, MISMATCH } from "./spot-answers.js";
import { contextOf, startSession } from "./start-session.js";

/**
 * Solves a summarised section with the options that came with it.
 *
 * @param run its arena, in which the solve puts its arrays, only fills up: each solve needs a run of its own
 */
export async function solveSection(
  summary: SectionSummary,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<Deconvolution> {
  const { reference, solverOptions, statistics, graph, librarySizes } = summary;
  const { notices } = run;
  const started = startSession(options.solver, summary, contextOf(summary), run.arena);
  noteAlikeTypes(reference, notices);
  run.report({ stage: "solve", done: 0, total: undefined });
  const tables = tablesOf(options.solver, solverOptions);
  const { typeNames } = reference;
  const typeCount = typeNames.length;
  const toSolve = { ...started, solver: options.solver, typeCount, typeNames, tables, graph };
  const divisors = divisorsOf(summary, options);
  const { solution, answers: solved } = isSource(statistics)
    ? await solveOnScratch({ ...toSolve, statistics, librarySizes, divisors }, options, run)
    : await solveInMemory(
        { ...toSolve, statistics, librarySizes, divisors, graph: graphInMemory(graph) },
        options,
        run,
      );
  await stopHere("answer", run);
  noteOutcome(solved, solution, options, notices);
  if (summary.score?.level === "red") solved.statuses.fill(MISMATCH);
  if (options.intervals) noteIntervals(summary.calibration, summary.score, notices);
  const intervals = options.intervals ? intervalTables({ ...solved, divisors }, summary.calibration) : [];
  const answered = { ...solved, solverTables: [...solved.solverTables, ...intervals] };
  return finishAnswer(summary, { solved: answered, solution, session: started.session }, options, run);
}

async function solveInMemory(
  spots: SpotsToSolve & Pick<AnswerRules, "divisors"> & { readonly librarySizes: StatArray },
  options: SolveSummaryOptions,
  run: RunContext,
) {
  const { typeCount, tables, librarySizes, divisors } = spots;
  const { abundance, tables: rows, ...solution } = await solveSpots(spots, options, run);
  // Without threads nobody expects shared memory, or that of WebAssembly, which some APIs of browsers refuse.
  const own = (array: StatArray) => {
    const isApart = run.arena?.addressOf(array) === undefined && !isShared(array.buffer);
    return usesSharing(run.executor) || isApart ? array : array.slice();
  };
  const answers = answerSpots(own(abundance), librarySizes, typeCount, { ...options, divisors });
  return { solution, answers: { ...answers, solverTables: rows ? tablesIn(own(rows)) : [] } };

  function tablesIn(values: StatArray): AnswerTable[] {
    const width = widthOf(tables, typeCount);
    emptyRows(values, width, answers.dominant);
    const spotCount = librarySizes.length;
    const source = memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values });
    return cutTables(source, tables, { first: 0, typeCount, dtype: options.precision });
  }
}
