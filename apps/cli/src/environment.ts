/** A stream that text is written to; `process.stdout` is one. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** All that a run of the command line sees of the process around it, so that tests can stand in for it. */
export interface Environment {
  readonly stdout: OutputStream;
  /** Progress is drawn as a bar where this is a terminal. */
  readonly stderr: OutputStream;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  /** Folder of the page that shows results; the one that comes with the program by default. */
  readonly pageFolder?: string;
  /** Whether the process is the command's own, whose heap it may tidy. To tidy that of a large program takes long. */
  readonly ownsProcess?: boolean;
  /** The command that is run, as `commandLineOf` has it. */
  readonly commandLine?: string;
}
