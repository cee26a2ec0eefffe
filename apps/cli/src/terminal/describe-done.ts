import { type ToldPlace, tellPlace } from "./open-in-python.js";
import type { Outcome } from "./terminal.js";

/** That a run had been finished before. */
export function describeDone(place: ToldPlace, resumedCount: number): Outcome {
  const { path, key } = place;
  return {
    lines: [`${tellPlace(place)} is of these inputs and options already. Nothing was left to be done.`],
    json: { result: path, key, already_done: true, resumed_pieces: resumedCount },
  };
}

/** The outcome with the place of the report, where one lies beside the result. */
export function withReport<T extends Outcome>(outcome: T, path: string | undefined): T {
  const lines = path === undefined ? outcome.lines : [...outcome.lines, "", `Report, for a browser: ${path}`];
  return { ...outcome, lines, json: { ...outcome.json, report: path ?? null } };
}

/** The same of a table that does not say what it was made of: it was made again, and compared. */
export function describeSame(place: ToldPlace, resumedCount: number): Outcome {
  const { json } = describeDone(place, resumedCount);
  return { lines: [`${tellPlace(place)} was there already: made again, it has the same bytes.`], json };
}
