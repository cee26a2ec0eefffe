import type { ScoredSection } from "@flashdeconv/results/internal";
import { type ToldPlace, tellPlace } from "./open-in-python.js";
import { exitCodeFor, type FailOn, scoreLines } from "./reference-score.js";
import type { Outcome } from "./terminal.js";

/** A run that had been finished before. */
export interface DoneRun {
  readonly place: ToldPlace;
  readonly resumedCount: number;
  readonly sections: readonly ScoredSection[];
  readonly failOn: FailOn | undefined;
}

/** That a run had been finished before, and what its reference scored. */
export function describeDone(run: DoneRun): Outcome {
  return describeWith(run, "is of these inputs and options already. Nothing was left to be done.");
}

/** The same of a table that does not say what it was made of: it was made again, and compared. */
export function describeSame(run: DoneRun): Outcome {
  return describeWith(run, "was there already: made again, it has the same bytes.");
}

function describeWith({ place, resumedCount, sections, failOn }: DoneRun, said: string): Outcome {
  const { path, key } = place;
  const scores = sections.map(({ name, facts }) => ({ name, reference_score: facts.reference_score }));
  const isOne = scores.length === 1;
  const json = {
    ...{ result: path, key, already_done: true, resumed_pieces: resumedCount },
    reference_score: isOne ? scores[0].reference_score : null,
    sections: isOne ? null : scores,
  };
  return {
    lines: [...scoreLines(sections), `${tellPlace(place)} ${said}`],
    json,
    ...exitCodeFor(sections, failOn),
  };
}

/** The outcome with the place of the report, where one lies beside the result. */
export function withReport<T extends Outcome>(outcome: T, path: string | undefined): T {
  const lines = path === undefined ? outcome.lines : [...outcome.lines, "", `Report, for a browser: ${path}`];
  return { ...outcome, lines, json: { ...outcome.json, report: path ?? null } };
}
