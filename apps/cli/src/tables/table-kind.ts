import type { TableWriter } from "@flashdeconv/results/internal";

/** A format of one row per spot. */
export interface TableKind extends TableWriter {
  /** What a file says of itself (`aboutText`). */
  readonly about?: (path: string) => Promise<string | undefined>;
  /** Where there is no room for that: the names of its columns. */
  readonly header?: (path: string) => Promise<readonly string[] | undefined>;
  /** Python that reads a file, given as a literal, with pandas. */
  readonly inPython: (file: string) => string;
}
