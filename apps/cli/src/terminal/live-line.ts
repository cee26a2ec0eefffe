/** One line that says where the work stands. */
export interface LiveLine {
  /** @param fraction share of the stage that is done, 0 to 1; undefined where that cannot be told */
  show(text: string, fraction: number | undefined): void;
  /** Takes the line away, if it is one that can be, so that others can be written. */
  clear(): void;
}

export const noLiveLine: LiveLine = { show: () => undefined, clear: () => undefined };

/** Milliseconds between two lines in a log file. */
const LOG_INTERVAL = 5000;

/** For files and pipes: a plain line, now and then. A stage shorter than the interval gets none. */
export function liveLog(writeLine: (line: string) => void, now: () => number = Date.now): LiveLine {
  let last = now();
  return {
    show(text) {
      if (now() - last < LOG_INTERVAL) return;
      last = now();
      writeLine(text);
    },
    clear: () => undefined,
  };
}
