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
