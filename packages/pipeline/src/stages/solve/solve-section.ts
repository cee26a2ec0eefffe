import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { isShared } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable, Deconvolution } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { usesSharing } from "../../runtime/allocator.js";
import { isStop, stopHere } from "../../runtime/run-stop.js";
import { graphInMemory } from "../neighbors/neighbors-on-scratch.js";
import { isSource } from "../summarize/spot-statistics.js";
import { divisorsOf } from "./amount.js";
import { answerSection } from "./answer-section.js";
import { saveAnswer } from "./kept-answer.js";
import { noteAlikeTypes } from "./note-alike-types.js";
import { solveOnScratch } from "./solve-on-scratch.js";
import { type SpotsToSolve, solveSpots } from "./solve-spots.js";
import { cutTables, emptyRows, tablesOf, widthOf } from "./solver-tables.js";
import { type AnswerRules, answerSpots } from "./spot-answers.js";
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
  const { statistics, graph, librarySizes, ...rest } = summary;
  const { reference, solverOptions } = rest;
  const { notices } = run;
  const started = startSession(options.solver, summary, contextOf(summary), run.arena);
  noteAlikeTypes(reference, notices);
  run.report({ stage: "solve", done: 0, total: undefined });
  const tables = tablesOf(options.solver, solverOptions);
  const { typeNames } = reference;
  const typeCount = typeNames.length;
  const toSolve = { ...started, solver: options.solver, typeCount, typeNames, tables, graph };
  const divisors = divisorsOf(summary, options);
  const { solution, answers } = isSource(statistics)
    ? await solveOnScratch({ ...toSolve, statistics, librarySizes, divisors }, options, run)
    : await solveInMemory(
        { ...toSolve, statistics, librarySizes, divisors, graph: graphInMemory(graph) },
        options,
        run,
      );
  const { settings } = started.session;
  const solved = { summary: rest, answers, solution, session: { settings } };
  if (run.checkpoint && isStop("answer", run)) await saveAnswer(solved, run.checkpoint);
  await stopHere("answer", run);
  return answerSection(solved, options, run);
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
