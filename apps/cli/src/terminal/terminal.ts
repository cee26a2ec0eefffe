import type { Notice } from "@flashdeconv/core";
import type { ProgressMeter } from "./progress-meter.js";

/** What a command has to say when it is done: for people, and, with `--json`, for programs. */
export interface Outcome {
  /** Each is printed as one line, whatever names it holds. */
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
  /** Whether all was printed already, with `announce`. */
  readonly isAnnounced?: boolean;
  /** What the process ends with, where that is not 0 though all was done. */
  readonly exitCode?: number;
}

/** Thrown once an outcome with an exit code of its own has been printed. */
export class Ending extends Error {
  constructor(readonly exitCode: number) {
    super(`exit code ${exitCode}`);
  }
}

export interface TerminalOptions {
  /** One JSON object on standard output and nothing else there. */
  readonly json?: boolean;
  /** No progress and no notes, but for what a command does to a result that it did not expect. */
  readonly quiet?: boolean;
}

/** Where a command speaks: results on standard output, notes and progress on standard error. */
export interface Terminal {
  readonly signal: AbortSignal;
  /** Whether the process is the command's own. */
  readonly ownsProcess: boolean;
  /** The command that is run, to be kept with what comes of it. */
  readonly commandLine: string | undefined;
  readonly progress: ProgressMeter;
  /** Tells a notice, once. */
  readonly note: (notice: Notice) => void;
  /** Says what is worth knowing before the work begins. */
  readonly tell: (line: string) => void;
  /** Prints an outcome before the command ends. */
  readonly announce: (outcome: Outcome) => void;
  /** All notices told so far. */
  readonly notices: readonly Notice[];
}
