import type { AnswerTable, Deconvolution, SpotAnswers } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { Parameters } from "../../contracts/parameters.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SolvedSummary } from "../../contracts/summary.js";
import { answerLevels } from "../types/answer-levels.js";
import { addSilentTypes } from "./add-silent-types.js";
import { amountOf, cellsAsked, divisorsOf } from "./amount.js";
import { answerTables } from "./answer-tables.js";
import { describeSolve, type SolveFacts } from "./describe-solve.js";
import { summarizeSignature } from "./signature-summary.js";
import { unexplainedTables } from "./unexplained.js";

export interface SolvedSpots {
  /** Of the types in the fit. */
  readonly solved: SpotAnswers;
  readonly solution: SolveFacts["solution"];
  readonly session: SolveFacts["session"];
  /** More tables, made of the answers of all types. */
  readonly moreTables?: (answers: SpotAnswers, typeNames: readonly string[]) => readonly AnswerTable[];
  readonly moreFacts?: Parameters;
}

/** The result of a section whose spots have their answers: types without counts, tables of all kinds, and how it came about. */
export function finishAnswer(
  summary: SolvedSummary,
  { solved, solution, session, moreTables, moreFacts }: SolvedSpots,
  options: SolveSummaryOptions,
  { notices }: Pick<RunContext, "notices">,
): Deconvolution {
  const { reference, silentTypes, solverOptions } = summary;
  const { typeNames, answers } = addSilentTypes(solved, reference.typeNames, silentTypes);
  const levels = answerLevels(summary, options, { answers, typeNames }, notices);
  const { solverTables: _, ...found } = answers;
  return {
    spotCount: summary.spotCount,
    typeNames,
    ...found,
    tables: [
      ...answerTables(answers, typeNames, cellsAsked(summary, options)),
      ...unexplainedTables(summary, solved, divisorsOf(summary, options)),
      ...(moreTables?.(answers, typeNames) ?? []),
      ...levels.tables,
    ],
    signature: summarizeSignature(summary, typeNames),
    parameters: {
      ...summary.parameters,
      ...describeSolve({ options, solverOptions, session, solution }),
      ...levels.facts,
      intervals: options.intervals ? (summary.parameters.intervals ?? null) : null,
      amount: amountOf(summary, options),
      counts_per_cell: summary.countsPerCell ?? null,
      cells_per_spot: typeof options.cellsPerSpot === "number" ? options.cellsPerSpot : null,
      ...moreFacts,
    },
    notices: notices.all,
  };
}
