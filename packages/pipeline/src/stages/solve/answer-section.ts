import type { Solution, SolverSession } from "@flashdeconv/solver";
import type { Deconvolution, SpotAnswers } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SolvedSummary } from "../../contracts/summary.js";
import { intervalTables } from "../intervals/interval-tables.js";
import { noteIntervals } from "../intervals/note-intervals.js";
import { divisorsOf } from "./amount.js";
import { finishAnswer } from "./finish-answer.js";
import { noteOutcome } from "./note-outcome.js";
import { MISMATCH } from "./spot-answers.js";

/** A section that has been solved, of which only the result is still to be made. */
export interface SolvedSection {
  readonly summary: SolvedSummary;
  readonly answers: SpotAnswers;
  readonly solution: Omit<Solution, "abundance" | "tables">;
  readonly session: Pick<SolverSession, "settings">;
}

/** The result of a section that has been solved, with what is to be told of it. */
export function answerSection(
  { summary, answers, solution, session }: SolvedSection,
  options: SolveSummaryOptions,
  { notices }: Pick<RunContext, "notices">,
): Deconvolution {
  noteOutcome(answers, solution, options, notices);
  if (summary.score?.level === "red") answers.statuses.fill(MISMATCH);
  if (options.intervals) noteIntervals(summary.calibration, summary.score, notices);
  const divisors = divisorsOf(summary, options);
  const intervals = options.intervals ? intervalTables({ ...answers, divisors }, summary.calibration) : [];
  const solved = { ...answers, solverTables: [...answers.solverTables, ...intervals] };
  return finishAnswer(summary, { solved, solution, session }, options, { notices });
}
