import type { Outcome } from "./terminal.js";

/** That a run had been finished before. */
export function describeDone(path: string, key: string, resumedCount: number): Outcome {
  return {
    lines: [`${path}: obsm/${key} is of these inputs and options already. Nothing was left to be done.`],
    json: { result: path, key, already_done: true, resumed_pieces: resumedCount },
  };
}
