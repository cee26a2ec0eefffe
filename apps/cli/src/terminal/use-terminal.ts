import type { Notice } from "@flashdeconv/core";
import { printableLine } from "@flashdeconv/results/internal";
import type { Environment } from "../environment.js";
import { noticeInFlags } from "../options/option-flags.js";
import { withKeptInputs } from "../stores/kept-inputs.js";
import { withOrderedInputs } from "../stores/ordered-inputs.js";
import { liveBar } from "./live-bar.js";
import { type LiveLine, liveLog, noLiveLine } from "./live-line.js";
import { printJson, printLines, printMessage } from "./print.js";
import { progressMeter } from "./progress-meter.js";
import { Ending, type Outcome, type Terminal, type TerminalOptions } from "./terminal.js";

/** Told although it is to be quiet: what a command finds instead of what it was to resume is refused or replaced. */
const ALWAYS_TOLD: ReadonlySet<string> = new Set(["another-result"]);

/** Opens a terminal for a command, prints what comes of it and leaves the screen in order, whatever happens. */
export async function useTerminal(
  environment: Environment,
  options: TerminalOptions,
  command: (terminal: Terminal) => Promise<Outcome>,
): Promise<void> {
  const { stdout, stderr, signal, ownsProcess = false, commandLine } = environment;
  const writeLine = (line: string) => printMessage(stderr, line);
  const progress = progressMeter(
    openLiveLine(environment, options),
    options.quiet ? () => undefined : writeLine,
  );
  const told = new Map<string, Notice>();
  const note = (given: Notice) => {
    const notice = noticeInFlags(given);
    if (told.has(notice.message)) return;
    told.set(notice.message, notice);
    if (options.quiet && !ALWAYS_TOLD.has(notice.code)) return;
    progress.makeRoom();
    writeLine(`note: ${notice.message}`);
  };
  const tell = (line: string) => {
    if (options.quiet) return;
    progress.makeRoom();
    writeLine(line);
  };
  const announce = ({ lines, json }: Outcome) => {
    progress.makeRoom();
    if (options.json) printJson(stdout, json);
    else printLines(stdout, lines);
  };
  const terminal: Terminal = {
    signal,
    ownsProcess,
    commandLine,
    progress,
    note,
    tell,
    announce,
    get notices() {
      return [...told.values()];
    },
  };
  let outcome: Outcome;
  try {
    outcome = await withKeptInputs(() => withOrderedInputs(terminal, () => command(terminal)));
    progress.finish();
  } finally {
    progress.makeRoom();
  }
  if (!outcome.isAnnounced) announce(outcome);
  if (outcome.exitCode) throw new Ending(outcome.exitCode);
}

function openLiveLine({ stderr }: Environment, { quiet }: TerminalOptions): LiveLine {
  if (quiet) return noLiveLine;
  if (!stderr.isTTY) return liveLog((line) => printMessage(stderr, line));
  const bar = liveBar(stderr);
  return { ...bar, show: (text, fraction) => bar.show(printableLine(text), fraction) };
}
